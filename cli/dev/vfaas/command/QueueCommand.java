package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas queue}: the group of commands about asynchronous calls. */
@Command(
        name = "queue",
        description = "See and settle asynchronous calls that were given up (dead letters)",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas queue list",
            "  vfaas queue retry resize",
            "  vfaas queue drop 3f2c9d1e-8a47-4f0b-9a55-0c7a3f1be901"
        })
final class QueueCommand {}
