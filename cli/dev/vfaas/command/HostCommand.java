package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas host}. */
@Command(
        name = "host",
        description = "Run commands on a server, reach what runs there, read its logs and what vfaas did there",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas host exec root@203.0.113.10 -- df -h",
            "  vfaas host forward root@203.0.113.10",
            "  vfaas host logs root@203.0.113.10 --unit k3s",
            "  vfaas host audit root@203.0.113.10"
        })
final class HostCommand {}
