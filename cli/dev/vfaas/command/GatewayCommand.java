package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas gateway}: the group of commands about the gateway of this machine. */
@Command(
        name = "gateway",
        description = "Run the gateway of this machine, where functions are processes",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  vfaas gateway start", "  vfaas gateway status -o json", "  vfaas gateway stop"})
final class GatewayCommand {}
