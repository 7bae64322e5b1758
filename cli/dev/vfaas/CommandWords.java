package dev.vfaas;

import dev.vfaas.command.Commands;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the command stands among the words of a command line. OpenFaaS's CLI takes the options that choose a stack file before and behind the
 * command; here they belong to the commands, so they are moved behind.
 *
 * @param command the name of the command, null if there is none or it is unknown
 * @param index the position of the word that names it
 */
record CommandWords(@Nullable String command, int index) {
    private static final Set<String> WITH_VALUE = Set.of("-f", "--yaml", "--regex", "--filter");

    static CommandWords of(List<String> words, Commands commands) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-")) {
                return new CommandWords(commands.find(word), i);
            }
        }
        return new CommandWords(null, words.size());
    }

    /** Moves what stands before the command to its end, but before {@code --}. */
    void moveOptionsBehindCommand(List<String> words) {
        List<String> before = List.copyOf(words.subList(0, index));
        words.subList(0, index).clear();
        int end = words.indexOf("--");
        words.addAll(end < 0 ? words.size() : end, before);
    }
}
