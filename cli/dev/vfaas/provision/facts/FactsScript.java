package dev.vfaas.provision.facts;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the facts in one round trip: one script for POSIX sh, run as root, that changes nothing. Its output is sections: a line that starts with
 * a letter names one, the lines that follow with a blank in front are its content.
 */
public final class FactsScript {
    private static final Duration DEADLINE = Duration.ofSeconds(40);

    private final InstantSource clock;
    private final String kept;

    /**
     * @param clock this machine's, against which the server's is compared
     * @param kept the folder in which vfaas keeps its own files on the server
     */
    public FactsScript(InstantSource clock, String kept) {
        this.clock = clock;
        this.kept = kept;
    }

    /** How much is looked at. */
    public enum Depth {
        /** Disk speed and outbound reach only when vfaas was never there: what is set up already need not be measured again. */
        NEEDED,
        /** Everything, for a diagnosis. */
        FULL
    }

    /** @param reach hosts, or {@code host:port}, that will be needed; port 443 unless said */
    public Facts collect(Server server, Depth depth, List<String> reach) {
        List<String> arguments = new ArrayList<>(List.of(depth == Depth.FULL ? "full" : "needed", kept));
        arguments.addAll(reach);
        Instant before = clock.instant();
        Completed completed = server.runAsRoot(Command.script(SCRIPT, arguments.toArray(String[]::new)), DEADLINE);
        Instant after = clock.instant();
        if (!completed.ok()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    server.name() + ": the facts about the server could not be collected (exit " + completed.exitCode()
                            + "): " + completed.err().strip());
        }
        return new FactsParser().parse(completed.out(), before, after);
    }

    /** What runs on the server; $1 is the depth, $2 the folder vfaas keeps, the rest is what must be reachable. */
    static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            depth=$1; kept=$2; shift 2
            section() { echo "$1"; sed 's/^/ /'; echo; }
            text() { echo "$1"; echo " $2"; }
            file() { if [ -f "$2" ]; then section "$1" < "$2"; fi; }
            text clock "$(date +%s.%N)"
            sed -n 's/^cpu  */cpu-before\\n /p' /proc/stat
            here=$(mktemp -d /dev/shm/vfaas.XXXXXX 2>/dev/null || mktemp -d)
            trap 'rm -rf "$here"' EXIT
            # It takes a while to start, so it is asked while the rest is looked at.
            if command -v k3s >/dev/null; then timeout 10 k3s --version >"$here/k3s.version" 2>/dev/null & fi
            measure=yes
            if [ "$depth" = needed ] && [ -f "$kept/state.json" ]; then measure=no; fi
            if [ $measure = yes ]; then
              for target in "$@"; do
                host=${target%%:*}; port=443; case $target in *:*) port=${target##*:};; esac
                ( start=$(date +%s%N)
                  if timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>"$here/$target.err"; then
                    echo "$target yes $(( ($(date +%s%N) - start) / 1000000 )) ms"
                  else
                    code=$?; why=$(tail -n1 "$here/$target.err" | sed 's/.*: //')
                    [ $code = 124 ] && why="no answer within 4 s"
                    [ "$why" = "Invalid argument" ] && why="its name cannot be resolved"
                    echo "$target no $why"
                  fi > "$here/$target.reach" ) &
              done
            fi
            file os /etc/os-release
            text hostname "$(uname -n)"
            text architecture "$(uname -m)"
            text kernel "$(uname -r)"
            text init "$(cat /proc/1/comm) $([ -d /run/systemd/system ] && echo systemd)"
            if [ -f /run/reboot-required ] || [ -f /var/run/reboot-required ]; then text reboot yes; fi
            text cgroup "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)"
            if command -v iptables >/dev/null; then text iptables "$(iptables --version 2>&1)"; fi
            text cpus "$(grep -c '^processor' /proc/cpuinfo)"
            grep -E '^(MemTotal|MemAvailable|SwapTotal):' /proc/meminfo | section memory
            folder=/var/lib; [ -d /var/lib/rancher ] && folder=/var/lib/rancher
            df -Pk $folder | tail -n1 | section disk
            df -Pi $folder | tail -n1 | section inodes
            device=$(readlink -f "$(df -P $folder | awk 'NR==2{print $1}')" 2>/dev/null)
            block=${device##*/}
            for slave in /sys/class/block/"$block"/slaves/*; do [ -e "$slave" ] && block=${slave##*/}; done
            for queue in /sys/class/block/"$block"/queue /sys/class/block/"$block"/../queue; do
              if [ -f "$queue/rotational" ]; then text rotational "$(cat "$queue/rotational") $block"; break; fi
            done
            if [ $measure = yes ]; then
              timeout 5 dd if=/dev/zero of=/var/tmp/.vfaas-fsync.$$ bs=4096 count=8 oflag=dsync 2>&1 | tail -n1 | section fsync
              rm -f /var/tmp/.vfaas-fsync.$$
            fi
            if [ -e /run/systemd/timesync/synchronized ] || pidof chronyd ntpd >/dev/null 2>&1; then text synchronised yes; fi
            if command -v ss >/dev/null; then ss -Hlntup | section listeners
            else for p in tcp tcp6 udp udp6; do tail -n +2 /proc/net/$p 2>/dev/null | sed "s/^/$p /"; done | section sockets; fi
            if grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf; then text ufw active; fi
            if [ -d /run/systemd/system ]; then
              for unit in firewalld docker kubelet; do echo "$unit $(systemctl is-active $unit 2>/dev/null)"; done | section units
            fi
            if command -v nft >/dev/null; then text nft "$(nft list ruleset 2>/dev/null | grep -c 'hook input.*policy drop')"; fi
            ip -o -4 addr show 2>/dev/null | section addresses
            ip -o -6 addr show scope global 2>/dev/null | section addresses6
            ip -4 route show 2>/dev/null | section routes
            if command -v kubelet >/dev/null || pidof kubelet >/dev/null 2>&1; then text kubelet yes; fi
            if [ -d /run/cloud-init ] && [ ! -f /run/cloud-init/result.json ] && [ ! -f /run/cloud-init/disabled ]; then
              text cloud-init running
            fi
            for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
              inode=$(stat -c %i $lock 2>/dev/null) || continue
              pid=$(awk -v i=":$inode" 'index($6, i) && substr($6, length($6)-length(i)+1) == i {print $5; exit}' /proc/locks)
              if [ -n "$pid" ]; then echo "$(cat /proc/"$pid"/comm 2>/dev/null) (pid $pid) holds $lock"; fi
            done | section dpkg
            for module in br_netfilter overlay vxlan nf_conntrack ip_tables; do
              if [ -d /sys/module/$module ] || modprobe -nq $module 2>/dev/null \\
                || { [ $module = overlay ] && grep -qw overlay /proc/filesystems; }; then echo $module; fi
            done | section modules
            for tool in curl wget bash iptables nft ufw modprobe sysctl apt-get systemctl sha256sum base64 setsid; do
              if command -v $tool >/dev/null; then echo $tool; fi
            done | section tools
            for name in net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables fs.inotify.max_user_instances \\
                fs.inotify.max_user_watches vm.overcommit_memory; do
              value=$(cat "/proc/sys/$(echo $name | tr . /)" 2>/dev/null) && echo "$name $value"
            done | section sysctls
            text login "${SUDO_USER:-$(id -un)} $([ -n "$SUDO_USER" ] && echo sudo || echo root) $(id -u)"
            file state "$kept/state.json"
            file journal "$kept/journal.json"
            file lock "$kept/lock/holder"
            wait
            file k3s "$here/k3s.version"
            cat "$here"/*.reach 2>/dev/null | section reach
            sed -n 's/^cpu  */cpu-after\\n /p' /proc/stat
            text clock-end "$(date +%s.%N)"
            """;
}
