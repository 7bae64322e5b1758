package dev.vfaas.command;

import dev.vfaas.provision.stack.StackChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What shall serve functions on a server. */
final class StackOptions {
    @Option(
            names = "--stack",
            paramLabel = "NAME",
            description =
                    "with HOST: what shall serve functions there: vfaas, openfaas or none (default: what it has, else vfaas)")
    @Nullable
    StackChoice stack;

    @Option(
            names = "--accept-openfaas-eula",
            description = "with --stack openfaas: you accept the terms of OpenFaaS's Community Edition")
    boolean acceptOpenFaasEula;

    @Option(
            names = "--license-file",
            paramLabel = "FILE",
            description = "with --stack openfaas: the licence of its paid edition")
    @Nullable
    String licenceFile;

    @Mixin
    GatewayShapeOptions gateway = new GatewayShapeOptions();

    /** Whether one was given. */
    boolean given() {
        return stack != null || acceptOpenFaasEula || licenceFile != null || gateway.given();
    }
}
