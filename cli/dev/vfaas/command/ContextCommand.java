package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas context}: the group of commands about named gateways. */
@Command(
        name = "context",
        description = "Choose the gateway that commands go to",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas context list",
            "  vfaas context use production --gateway https://gateway.example.com",
            "  vfaas context use local"
        })
final class ContextCommand {}
