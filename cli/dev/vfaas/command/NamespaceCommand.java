package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas namespace}: the group of commands about namespaces. */
@Command(
        name = "namespace",
        description = "Show, make and remove namespaces of functions",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  vfaas namespace list", "  vfaas namespace create staging"})
final class NamespaceCommand {}
