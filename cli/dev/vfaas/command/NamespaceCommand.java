package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas namespace}: the group of commands about namespaces. */
@Command(
        name = "namespace",
        description = "Show the namespaces of functions",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  vfaas namespace list"})
final class NamespaceCommand {}
