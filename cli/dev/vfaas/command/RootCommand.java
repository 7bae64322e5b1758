package dev.vfaas.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vfaas} itself; holds nothing but what stands before a subcommand. */
@Command(
        name = "vfaas",
        description = "Functions on servers you own: one command from a handler to an answer.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas new --lang python3 hello     write a function's first files and stack.yml",
            "  vfaas up                           build and deploy them, and wait until they serve",
            "  vfaas invoke hello < input.txt     call the function",
            "",
            "vfaas COMMAND --help shows a command's options and examples."
        })
public final class RootCommand {
    @Option(
            names = {"--version"},
            versionHelp = true,
            description = "print the version")
    boolean version;
}
