package dev.vfaas.provision.k3s;

/** How the datastore of a K3s server is read while it runs, as shell functions. */
public final class Datastore {
    /**
     * Sets {@code DB} and {@code PATH}, and defines {@code datastore_copy FOLDER}: a consistent copy of SQLite's file by its backup interface, or of
     * the whole datastore's folder with K3s stopped for that moment (pods go on: the unit's KillMode is process). K3s is started again however the
     * script ends.
     */
    public static final String FUNCTIONS = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            DB=/var/lib/rancher/k3s/server/db
            datastore_copy() {
              if [ -f "$DB/state.db" ] && command -v python3 >/dev/null \\
                && python3 -c 'import sqlite3, sys
            a = sqlite3.connect(sys.argv[1]); b = sqlite3.connect(sys.argv[2]); a.backup(b); b.close(); a.close()' "$DB/state.db" "$1/state.db"; then
                return 0
              fi
              rm -f "$1/state.db"
              if systemctl -q is-active k3s; then
                trap 'systemctl start --no-block k3s' EXIT
                trap 'exit 130' INT TERM HUP
                systemctl stop k3s
              fi
              # snapshots are copies themselves; what a reset of the cluster left is of no use
              for part in "$DB"/*; do
                case ${part##*/} in snapshots|etcd-old-*|reset-flag|'*') ;; *) cp -a --reflink=auto "$part" "$1/" ;; esac
              done
            }
            """;

    private Datastore() {}
}
