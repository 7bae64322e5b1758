package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas node}. */
@Command(
        name = "node",
        description = "Add servers to a cluster, list them, take them out",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas node add root@203.0.113.11 --to root@203.0.113.10",
            "  vfaas node list root@203.0.113.10",
            "  vfaas node remove root@203.0.113.11 --from root@203.0.113.10"
        })
final class NodeCommand {}
