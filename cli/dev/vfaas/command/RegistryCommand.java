package dev.vfaas.command;

import picocli.CommandLine.Command;

/** {@code vfaas registry}: the group of commands about private registries. */
@Command(
        name = "registry",
        description =
                "Logins for private registries: of a gateway on Kubernetes, which pulls from them, and of this machine",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  vfaas registry login registry.example.com -u deploy --password-stdin < password.txt",
            "  vfaas registry list",
            "  vfaas registry logout registry.example.com"
        })
final class RegistryCommand {}
