package dev.vfaas.ssh;

import dev.vfaas.console.Console;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import org.jspecify.annotations.Nullable;

/** Asks the person at the terminal. */
public record ConsolePrompts(Console console) implements Prompts {
    private static final String INSTEAD = "an SSH agent, or run this in a terminal";

    @Override
    public boolean interactive() {
        return console.interactive();
    }

    @Override
    public String ask(String question) {
        return console.prompt(question, "--host-key");
    }

    @Override
    public @Nullable Secret askHidden(String question) {
        try {
            String answer = console.promptHidden(question, INSTEAD);
            return answer.isEmpty() ? null : Secret.of(answer);
        } catch (Failure noAnswer) {
            return null;
        }
    }
}
