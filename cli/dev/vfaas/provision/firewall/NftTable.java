package dev.vfaas.provision.firewall;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.firewall.FirewallWish.Kept;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The table {@code inet vfaas}: in the kernel, in a file, and in a unit that loads the file when the host starts. */
final class NftTable {
    static final String FILE = "/etc/vfaas/firewall.nft";
    static final String UNIT = "vfaas-firewall.service";
    static final String UNIT_FILE = "/etc/systemd/system/" + UNIT;
    private static final Duration SHORT = Duration.ofSeconds(30);

    /** A host's own nftables.service may flush all rules when it is started anew: ours are then loaded again after it. */
    private static final String UNIT_TEXT = """
            # Written by vfaas up --firewall; vfaas up HOST --no-firewall and vfaas down take it away.
            [Unit]
            Description=What this host lets in (vfaas)
            DefaultDependencies=no
            Wants=network-pre.target
            Before=network-pre.target shutdown.target
            Conflicts=shutdown.target
            After=local-fs.target nftables.service
            PartOf=nftables.service
            ReloadPropagatedFrom=nftables.service

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/usr/sbin/nft -f /etc/vfaas/firewall.nft
            ExecReload=/usr/sbin/nft -f /etc/vfaas/firewall.nft
            ExecStop=-/usr/sbin/nft delete table inet vfaas

            [Install]
            WantedBy=sysinit.target
            """;

    /** Goes back to the rules that were confirmed last. */
    private static final String BACK =
            "if [ -f /etc/vfaas/firewall.nft ]; then nft -f /etc/vfaas/firewall.nft; else nft delete table inet vfaas; fi";

    private static final String LIVE = "nft list table inet vfaas | sha256sum | cut -c1-64";

    private static final String REMOVE = """
            export PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            systemctl stop vfaas-firewall-revert.timer 2>/dev/null
            if [ -e /etc/systemd/system/vfaas-firewall.service ]; then systemctl -q disable --now vfaas-firewall.service; fi
            if command -v nft >/dev/null && nft list table inet vfaas >/dev/null 2>&1; then nft delete table inet vfaas; fi
            rm -rf /run/vfaas-firewall
            """;

    private final List<ManagedFile> files;

    NftTable(Rules rules) {
        this.files = List.of(ManagedFile.text(FILE, rules.nft(), 0600), ManagedFile.text(UNIT_FILE, UNIT_TEXT, 0644));
    }

    static List<Question> questions() {
        return List.of(
                new Question.OfFile(FILE, true), new Question.OfFile(UNIT_FILE, true), new Question.OfUnit(UNIT));
    }

    List<Change> changes(Planning planning, Look look, Kept kept) {
        List<Change> changes = new ArrayList<>(planning.files(files));
        boolean loaded = !look.live().isEmpty() && look.live().equals(kept.live());
        if (!loaded || !changes.isEmpty()) {
            changes.add(new Change.OfAction(
                    "load these rules, to be taken back by the host itself unless a new SSH connection works"));
        }
        Observed.UnitState unit = planning.observed().unit(UNIT);
        if (!unit.enabled().equals("enabled") || !unit.running()) {
            changes.add(new Change.OfUnit(UNIT, "enable", "the rules hold after a boot"));
        }
        return changes;
    }

    /** Loads, proves and keeps; returns the checksum of the rules as the kernel shows them. */
    String load(Execution execution, Duration patience) {
        ManagedFile rules = files.getFirst();
        // The file takes its place only when the rules are confirmed: until then a boot brings the old ones back.
        new Guard(execution, patience).change("nft -f - <<'vfaas-end'\n" + rules.text() + "vfaas-end\n", BACK);
        execution.write(files);
        return execution
                .run(
                        Command.script("systemctl daemon-reload && systemctl -q enable " + UNIT
                                + " && systemctl reload-or-restart " + UNIT + " && " + LIVE),
                        SHORT)
                .out()
                .strip();
    }

    static List<Change> removal(Observed observed, Look look) {
        List<Change> changes = new ArrayList<>();
        if (!look.live().isEmpty() || observed.unit(UNIT).exists()) {
            changes.add(new Change.OfUnit(UNIT, "stop", "everything may come in again"));
        }
        for (String path : List.of(FILE, UNIT_FILE)) {
            observed.file(path).ifPresent(file -> changes.add(new Change.OfRemoval(path, file)));
        }
        return changes;
    }

    /** Bears being called when there is nothing. */
    static void remove(Execution execution) {
        execution.run(Command.script(REMOVE), SHORT);
        if (execution.state().files().containsKey(FILE)) {
            execution.remove(List.of(FILE, UNIT_FILE));
            execution.run(Command.script("rmdir /etc/vfaas 2>/dev/null; systemctl daemon-reload"), SHORT);
        }
    }
}
