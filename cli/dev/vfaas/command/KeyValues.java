package dev.vfaas.command;

import dev.vfaas.console.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Words of the form {@code key=value} from options that may be repeated. */
final class KeyValues {
    private KeyValues() {}

    /** In the order given, the last of a key wins; a usage failure names {@code option} when a word has no key or no {@code =}. */
    static Map<String, String> parse(String option, List<String> words) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw Failure.usage(option + " \"" + word + "\" is not key=value");
            }
            pairs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs;
    }
}
