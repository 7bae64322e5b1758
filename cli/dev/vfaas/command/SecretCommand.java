package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas secret}: the group of commands about secrets. */
@Command(
        name = "secret",
        description = "Keep secrets in the gateway; functions read them as files",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas secret create api-key --from-file api-key.txt",
            "  vfaas secret update api-key < api-key.txt",
            "  vfaas secret list",
            "  vfaas secret remove api-key"
        })
final class SecretCommand {}
