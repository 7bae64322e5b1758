package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.View;
import picocli.CommandLine.Option;

/** How a result is shown; mixed into every command that shows something. */
final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "human, json, yaml or name (default: human)")
    OutputFormat format = OutputFormat.HUMAN;

    @Option(
            names = {"-j", "--json"},
            description = "the same as -o json")
    boolean json;

    void show(Console console, View view) {
        console.show(json ? OutputFormat.JSON : format, view);
    }
}
