package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;

/** Before K3s is replaced: saves its datastore and keeps its binary. Without both nothing is replaced. */
final class KeepStep implements Step {
    static final String ID = "k3s-keep";
    /** The folder of the host that holds what is kept; root's only. */
    static final String FOLDER = "/var/lib/vfaas/k3s";
    /** The binary that ran before the last upgrade. */
    static final String PREVIOUS = FOLDER + "/k3s.previous";
    /** Where the state keeps for which version everything was kept. */
    static final String KEPT_FOR = "k3s.kept-for";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** $1 the version that comes, $2 the folder, $3 server or agent. */
    private static final String SCRIPT = Datastore.FUNCTIONS + """
            set -e; umask 077
            mkdir -p "$2"
            running=$(k3s --version | sed -n '1s/^k3s version \\([^ ]*\\).*/\\1/p')
            # a run that was cut off may have replaced the binary already: then the one before is kept since that run
            if [ "$running" != "$1" ] || [ ! -e "$2/k3s.previous" ]; then
              cp -f --reflink=auto /usr/local/bin/k3s "$2/k3s.previous.new"
              chmod 755 "$2/k3s.previous.new"
              mv -f "$2/k3s.previous.new" "$2/k3s.previous"
              cp -f "$2/install.sh" "$2/install.sh.previous"
            fi
            [ "$3" = server ] || exit 0
            name=vfaas-before-$(echo "$1" | tr + -)
            if [ -d "$DB/etcd" ] && systemctl -q is-active k3s; then
              k3s etcd-snapshot save --name "$name" >&2
            else
              rm -rf "$2/datastore.new"; mkdir "$2/datastore.new"
              datastore_copy "$2/datastore.new"
              rm -rf "$2/datastore.before"; mv "$2/datastore.new" "$2/datastore.before"
            fi
            """;

    private final K3sVersion version;
    private final Role role;

    KeepStep(K3sVersion version, Role role) {
        this.version = version;
        this.role = role;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return role.server() ? "saving the datastore and K3s's binary" : "keeping K3s's binary";
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean same = planning.state()
                .value(ServiceStep.VERSION)
                .map(version.toString()::equals)
                .orElse(true);
        boolean kept =
                planning.state().value(KEPT_FOR).map(version.toString()::equals).orElse(false);
        if (same || (kept && !planning.interrupted(ID))) {
            return List.of();
        }
        return List.of(new Change.OfAction(
                role.server()
                        ? "take a snapshot of the datastore and keep the binary that runs now as " + PREVIOUS
                        : "keep the binary that runs now as " + PREVIOUS));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.run(Command.script(SCRIPT, version.toString(), FOLDER, role.server() ? "server" : "agent"), LIMIT);
        execution.remember(KEPT_FOR, version.toString());
    }

    @Override
    public void verify(Execution execution) {
        // The script ends with an error when something could not be kept.
    }
}
