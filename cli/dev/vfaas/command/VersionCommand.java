package dev.vfaas.command;

import dev.vfaas.console.View;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas version}. */
@Command(name = "version", description = "Show the version of vfaas")
final class VersionCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    VersionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String version = session.version();
        output.show(
                session.console(),
                new View(Map.of("cli", Map.of("version", version)), () -> version, () -> List.of(version)));
        return 0;
    }
}
