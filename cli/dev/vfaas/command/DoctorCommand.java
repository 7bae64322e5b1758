package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.provision.doctor.Checkup;
import dev.vfaas.provision.doctor.Laptop;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.preflight.Finding.Severity;
import dev.vfaas.ssh.Server;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check this machine, or a server, for what would stop or disturb vfaas",
            "Changes nothing without --fix."
        },
        footer = {
            "",
            "JSON: [{id, severity, title, evidence, fix}]; the exit code is 3 when a finding blocks",
            "",
            "Examples:",
            "  vfaas doctor",
            "  vfaas doctor root@203.0.113.10 -o json",
            "  vfaas doctor --fix"
        })
final class DoctorCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "HOST", arity = "0..1", description = "a server; without it this machine is checked")
    @Nullable
    String host;

    @Option(names = "--fix", description = "repair what can be repaired safely")
    boolean fix;

    @Option(
            names = {"-q", "--quiet"},
            description = "only what is not right")
    boolean quiet;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Finding> findings = host == null ? laptop() : server(host);
        List<Finding> shown = findings.stream()
                .filter(finding -> !quiet || finding.severity() != Severity.PASS)
                .toList();
        output.show(
                session.console(),
                new View(
                        shown.stream().map(Finding::data).toList(),
                        () -> table(shown),
                        () -> shown.stream().map(Finding::id).toList()));
        boolean blocked = findings.stream().anyMatch(finding -> finding.severity() == Severity.BLOCK);
        return (blocked ? ExitCode.PREFLIGHT : ExitCode.OK).code();
    }

    private List<Finding> laptop() {
        Laptop laptop = new Laptop(session.environment());
        if (fix) {
            laptop.fix().forEach(session.console()::info);
        }
        return laptop.check();
    }

    private List<Finding> server(String name) {
        try (Server server = login.work(session, name)) {
            Checkup checkup = new Checkup(server, login.context(session, name), Clock.systemUTC());
            if (fix) {
                checkup.fix().forEach(session.console()::info);
            }
            return checkup.check();
        }
    }

    private static String table(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "nothing is wrong";
        }
        Table table = Table.of("", "ID", "WHAT", "FOUND");
        List<String> fixes = new ArrayList<>();
        for (Finding finding : findings) {
            table.row(
                    finding.severity().label().toUpperCase(Locale.ROOT),
                    finding.id(),
                    finding.title(),
                    finding.evidence());
            if (!finding.fix().isEmpty()) {
                fixes.add("  " + finding.id() + ": " + finding.fix());
            }
        }
        return fixes.isEmpty() ? table.toString() : table + "\n\nTo do:\n" + String.join("\n", fixes);
    }
}
