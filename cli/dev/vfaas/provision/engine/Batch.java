package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * Changes to files and to the lock, done on the host one after the other in a single round trip. What they are travels on standard input, a line
 * each. Every file is written beside its destination and moved there; a batch that was cut off can be done again.
 */
final class Batch {
    /** The lock is held by someone else; standard output says by whom. */
    static final int HELD = 75;
    /** The host's state is not the one the plan was made from. */
    static final int OUTDATED = 76;
    /** The lock was taken from us. */
    static final int LOST = 77;

    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            set -e; umask 077
            root=$1; lock=$root/lock; token=$2
            sum() { if [ -f "$1" ]; then sha256sum < "$1" | cut -c1-64; else echo absent; fi; }
            mine() { [ "$(sed -n 1p "$lock/holder" 2>/dev/null)" = "$token" ]; }
            while read -r verb path a b c d; do
              case $verb in
              lock)
                # path: a dead holder's token or "-"; a: the new holder; b, c: sums of state and journal the plan was made from
                mkdir -p "$root"; chmod 700 "$root"
                exec 9>"$root/.guard"; flock 9
                if [ -d "$lock" ] && ! mine; then
                  old=$(sed -n 1p "$lock/holder" 2>/dev/null || true)
                  if [ "${old:-none}" != "$path" ]; then
                    beat=$(stat -c %Y "$lock/heartbeat" 2>/dev/null || stat -c %Y "$lock")
                    echo "held $(( $(date +%s) - beat ))"; sed 's/^/ /' "$lock/holder" 2>/dev/null
                    exit 75
                  fi
                  rm -rf "$lock"
                fi
                if [ "$(sum "$root/state.json")" != "$b" ] || [ "$(sum "$root/journal.json")" != "$c" ]; then
                  if mine; then rm -rf "$lock"; fi
                  exit 76
                fi
                mkdir -p "$lock"
                # a lock that says of nobody whose it is, on a full disk, would be in everybody's way
                if ! echo "$a" | base64 -d > "$lock/holder.new"; then rm -rf "$lock"; exit 1; fi
                mv -f "$lock/holder.new" "$lock/holder"
                touch "$lock/heartbeat"; exec 9>&- ;;
              hush)
                # path: the mark of a run that is over; what it still does here is ended: first asked to, so that it starts again what it stopped
                i=0
                while [ $i -lt 30 ]; do
                  left=
                  case $i in 0|10) signal=TERM ;; [0-9]|1[0-9]) signal=0 ;; *) signal=KILL ;; esac
                  for pid in $(grep -slzFx "$path" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do
                    if [ "$pid" != $$ ] && kill -$signal "$pid" 2>/dev/null; then left=yes; fi
                  done
                  if [ -z "$left" ]; then break; fi
                  i=$((i + 1)); sleep 0.1
                done ;;
              beat) mine || exit 77; touch "$lock/heartbeat" ;;
              mine) mine || exit 77 ;;
              put)
                # a: mode; b: owner; c: sum; d: whether what stands there is ours, and the content
                ours=${d%% *}; content=${d#* =}; folder=${path%/*}
                [ -d "$folder" ] || (umask 022; mkdir -p "$folder")
                new=$path.vfaas-new
                printf %s "$content" | base64 -d > "$new" || { echo "$path could not be written" >&2; rm -f "$new"; exit 1; }
                if [ "$(sum "$new")" != "$c" ]; then echo "the sum of $path is wrong after writing" >&2; exit 1; fi
                chown "$b" "$new"; chmod "$a" "$new"; sync "$new" 2>/dev/null || true
                if [ "$ours" = no ] && [ -e "$path" ]; then
                  kept=$root/replaced/$(echo "$path" | sed 's/%/%25/g; s,/,%2F,g')
                  mkdir -p "$root/replaced"; if [ ! -e "$kept" ]; then cp -p "$path" "$kept"; fi
                fi
                mv -f "$new" "$path" ;;
              append) printf '%s\\n' "$(echo "$a" | base64 -d)" >> "$path"; chmod 600 "$path" ;;
              sweep) folder=${path%/*}; rm -f "$path.vfaas-new" "$folder/.${path##*/}.vfaas-"* ;;
              remove) rm -f "$path" ;;
              restore)
                kept=$root/replaced/$(echo "$path" | sed 's/%/%25/g; s,/,%2F,g')
                if [ -e "$kept" ]; then mv -f "$kept" "$path"; else rm -f "$path"; fi ;;
              folder) rmdir "$path" 2>/dev/null || true ;;
              unlock) if mine; then rm -rf "$lock"; fi ;;
              leave)
                # The state goes last: as long as it is there, the next run knows that something may be left.
                mine || exit 77
                rm -rf /run/vfaas
                for entry in "$root"/* "$root"/.[!.]*; do
                  case $entry in */state.json) ;; *) rm -rf "$entry" ;; esac
                done
                rm -f "$root/state.json"; rmdir "$root" ;;
              esac
            done
            """;

    private final StringBuilder lines = new StringBuilder();

    /** Takes the lock; the batch ends with {@link #HELD} or {@link #OUTDATED} when that cannot be. */
    Batch lock(String dead, String holder, String stateSum, String journalSum) {
        return line("lock", dead, base64(holder), stateSum, journalSum);
    }

    /** Shows that the holder lives; ends with {@link #LOST} when the lock is not ours. */
    Batch beat() {
        return line("beat", "-");
    }

    /** Ends with {@link #LOST} when the lock is not ours. */
    Batch whileMine() {
        return line("mine", "-");
    }

    /** Puts a file in place; when what stands there is not {@code ours}, it is kept for {@code down}. */
    Batch put(ManagedFile file, boolean ours) {
        return line(
                "put",
                file.path(),
                String.format("%04o", file.mode()),
                file.owner(),
                file.sha256(),
                ours ? "yes" : "no",
                "=" + Base64.getEncoder().encodeToString(file.content()));
    }

    Batch append(String path, String text) {
        return line("append", path, base64(text));
    }

    /** Removes what a write to {@code path} that was cut off may have left. */
    Batch sweep(String path) {
        return line("sweep", path);
    }

    Batch remove(String path) {
        return line("remove", path);
    }

    /** Puts back what stood at {@code path} before. */
    Batch restore(String path) {
        return line("restore", path);
    }

    /** Removes a folder if it is empty. */
    Batch folder(String path) {
        return line("folder", path);
    }

    /** Ends on the host what a run with this mark still does there; see {@link Holder#mark}. */
    Batch hush(String mark) {
        return line("hush", WorkingServer.MARK + "=" + mark);
    }

    Batch unlock() {
        return line("unlock", "-");
    }

    /** Removes everything vfaas keeps, the lock with it. */
    Batch leave() {
        return line("leave", "-");
    }

    private Batch line(String... words) {
        lines.append(String.join(" ", List.of(words))).append('\n');
        return this;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Does it all; the caller looks at the exit code. */
    Completed run(Server server, HostFolder folder, String token) {
        return server.runAsRoot(Command.script(SCRIPT, folder.path(), token), Secret.of(lines.toString()), DEADLINE);
    }
}
