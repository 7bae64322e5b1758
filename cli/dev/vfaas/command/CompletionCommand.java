package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vfaas completion}. */
@Command(
        name = "completion",
        description = "Print a script that completes commands and options in a shell",
        footer = {
            "",
            "Examples:",
            "  vfaas completion --shell bash > ~/.local/share/bash-completion/completions/vfaas",
            "  vfaas completion --shell zsh  > ~/.zfunc/_vfaas",
            "  vfaas completion --shell fish > ~/.config/fish/completions/vfaas.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--shell", required = true, paramLabel = "SHELL", description = "bash, zsh or fish")
    CompletionScript.Shell shell = CompletionScript.Shell.bash;

    @Spec
    CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the specification
    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        new Commands(session).addAll(root);
        session.console().result(new CompletionScript(root).text(shell));
        return ExitCode.OK.code();
    }
}
