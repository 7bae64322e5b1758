package dev.vfaas.provision.k3s;

/** How the datastore of a K3s server, and SQLite files of others, are copied while they are in use, as shell functions. */
public final class Datastore {
    /**
     * Sets {@code DB} and {@code PATH}, and defines
     *
     * <ul>
     *   <li>{@code datastore_copy FOLDER}: a consistent copy of SQLite's file by its backup interface, or of the whole datastore's folder with K3s
     *       stopped for that moment (pods go on: the unit's KillMode is process);
     *   <li>{@code frozen_copy FILE COPY}: a copy of a SQLite file and its log, with the processes that have it open stopped for that moment: what
     *       SQLite finds there is what a crash would leave, which it is made for.
     * </ul>
     *
     * However the script ends, K3s is started and the processes go on.
     */
    public static final String FUNCTIONS = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            DB=/var/lib/rancher/k3s/server/db
            stopped=; frozen=
            going_on() {
              if [ -n "$frozen" ]; then kill -CONT $frozen 2>/dev/null; frozen=; fi
              if [ -n "$stopped" ]; then stopped=; systemctl start --no-block k3s; fi
            }
            trap 'trap "" INT TERM HUP; going_on' EXIT
            trap 'exit 130' INT TERM HUP
            datastore_copy() {
              if [ -f "$DB/state.db" ] && command -v python3 >/dev/null \\
                && python3 -c 'import sqlite3, sys
            a = sqlite3.connect(sys.argv[1]); b = sqlite3.connect(sys.argv[2]); a.backup(b); b.close(); a.close()' "$DB/state.db" "$1/state.db"; then
                return 0
              fi
              rm -f "$1/state.db"
              if systemctl -q is-active k3s; then stopped=yes; systemctl stop k3s; fi
              # snapshots are copies themselves; what a reset of the cluster left is of no use
              for part in "$DB"/*; do
                case ${part##*/} in snapshots|etcd-old-*|reset-flag|'*') ;; *) cp -a --reflink=auto "$part" "$1/" ;; esac
              done
              going_on
            }
            frozen_copy() {
              inode=$(stat -c %d:%i "$1")
              users=
              for files in /proc/[0-9]*/fd; do
                process=${files#/proc/}; process=${process%/fd}
                if [ "$process" != $$ ] && stat -Lc %d:%i "$files"/* 2>/dev/null | grep -qx "$inode"; then users="$users $process"; fi
              done
              if [ -n "$users" ]; then frozen=$users; kill -STOP $users 2>/dev/null || true; fi
              cp -p --reflink=auto "$1" "$2"
              if [ -e "$1-wal" ]; then cp -p --reflink=auto "$1-wal" "$2-wal"; fi
              going_on
            }
            """;

    private Datastore() {}
}
