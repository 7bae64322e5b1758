package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.context.ServerContext;
import dev.vfaas.provision.engine.Holder;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Journal;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.firewall.Exposure;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.preflight.Preflight;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** All checks of a server: what must hold before it is set up, what an earlier run left, and its cluster when it has one. */
public final class Checkup {
    /** What a server must reach to be set up without a mirror. */
    private static final List<String> REACH = List.of("github.com", "ghcr.io", "registry-1.docker.io");

    private final Server server;
    private final ServerContext context;
    private final InstantSource clock;

    /** @param context by which this machine reaches the server's gateway */
    public Checkup(Server server, ServerContext context, InstantSource clock) {
        this.server = server;
        this.context = context;
        this.clock = clock;
    }

    /** Looks at everything; changes nothing. */
    public List<Finding> check() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Facts facts = new FactsScript(clock, HostFolder.STANDARD.path()).collect(server, Depth.FULL, REACH);
        List<Finding> findings = new ArrayList<>();
        findings.add(pass(
                "S-LOGIN",
                "login",
                facts.login().user() + ", commands run as root by "
                        + (facts.login().root().equals("root") ? "being root" : "sudo")));
        findings.addAll(new Preflight(Demands.k3s(false, REACH, today)).check(facts));
        findings.addAll(earlier(facts));
        if (facts.presence().k3s() != null) {
            List<Finding> cluster = new ClusterChecks(clock, server.name()).check(server);
            findings.addAll(cluster);
            if (cluster.stream().anyMatch(finding -> finding.id().equals("K-READYZ") && finding.passes())) {
                findings.addAll(new StackChecks(clock).check(server, facts));
                findings.addAll(new LoginCheck(context).check(server, facts));
            }
            findings.add(Exposure.measured(server.name(), facts));
        }
        findings.add(Exposure.firewall(server.name(), server, facts));
        findings.addAll(new DomainChecks(clock).check(server, facts));
        return findings;
    }

    private List<Finding> earlier(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        Journal journal = new StateText().journal(facts.kept().journal());
        if (journal.present()) {
            findings.add(warn(
                    "V-INTERRUPTED",
                    "vfaas's last run",
                    "was cut off before " + String.join(", ", journal.steps()),
                    "vfaas up " + server.name() + " finishes it"));
        } else if (facts.kept().state() != null) {
            findings.add(pass("V-STATE", "vfaas's last run", "was finished"));
        }
        String lock = facts.kept().lock();
        if (lock != null) {
            findings.add(warn(
                    "V-LOCK",
                    "lock",
                    "held by " + Holder.parse(lock).told(),
                    "nothing to do: the next run takes it over when its holder is dead"));
        }
        return findings;
    }

    /** Repairs what is safe to repair, unless somebody changes the server; a line for each thing done. */
    public List<String> fix() {
        Completed completed = server.runAsRoot(Command.script("""
                        if command -v timedatectl >/dev/null && [ "$(timedatectl show -p NTP --value 2>/dev/null)" = no ] \\
                          && [ "$(timedatectl show -p CanNTP --value 2>/dev/null)" = yes ] && timedatectl set-ntp true 2>/dev/null; then
                          echo "turned on time synchronisation"
                        fi
                        for left in /var/tmp/.vfaas-* /tmp/.vfaas-*; do
                          if [ -e "$left" ] && [ -n "$(find "$left" -maxdepth 0 -mmin +60)" ]; then rm -rf "$left"; echo "removed $left"; fi
                        done
                        export PATH="$PATH:/usr/local/sbin:/usr/local/bin"
                        command -v k3s >/dev/null || exit 0
                        if [ -d /var/lib/vfaas/lock ]; then echo "left K3s and its pods alone: someone changes the server right now"; exit 0; fi
                        if systemctl is-enabled -q k3s 2>/dev/null && ! systemctl is-active -q k3s; then
                          if timeout 150 systemctl start k3s 2>/dev/null; then echo "started K3s, which was not running"
                          else echo "could not start K3s"; fi
                        fi
                        systemctl is-active -q k3s 2>/dev/null || exit 0
                        timeout 15 k3s kubectl get pods -A --field-selector=status.phase=Failed \\
                          -o 'jsonpath={range .items[?(@.status.reason=="Evicted")]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}' 2>/dev/null \\
                          | while read -r namespace pod; do
                            if timeout 20 k3s kubectl -n "$namespace" delete pod "$pod" >/dev/null 2>&1; then echo "removed what was left of the evicted pod $namespace/$pod"; fi
                          done
                        """), Duration.ofMinutes(5));
        List<String> done = completed.out().lines().toList();
        return done.isEmpty() ? List.of("nothing that could be repaired safely") : done;
    }
}
