package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.Map;

/**
 * What a K3s that ran leaves on a host and its uninstaller does not take away: logs of pods, folders of the kubelet and of containerd, empty tables
 * of the packet filter, settings of the kernel. What was there before K3s stays.
 */
final class Traces {
    private static final String FOUND = "k3s.found";
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** Prints what is there already, and kernel settings that the kubelet changes, on one line. */
    private static final String LOOK = """
            for path in /var/log/pods /var/log/containers /usr/libexec/kubernetes /run/containerd /run/netns /run/flannel /etc/cni /opt/cni /var/lib/cni; do
              if [ -e "$path" ]; then printf '%s ' "$path"; fi
            done
            if command -v nft >/dev/null; then nft list tables 2>/dev/null | while read -r word family name; do printf 'nft:%s:%s ' "$family" "$name"; done; fi
            for setting in kernel/panic kernel/panic_on_oops vm/overcommit_memory net/ipv4/conf/all/route_localnet; do
              if [ -w "/proc/sys/$setting" ]; then printf 'sys:%s=%s ' "$setting" "$(cat "/proc/sys/$setting")"; fi
            done
            echo
            """;

    /** $1 is what LOOK printed before K3s was there. Folders that others may use are removed only when they are empty. */
    private static final String CLEAR = """
            before=" $1 "
            new() { case $before in *" $1 "*) return 1 ;; esac; [ -e "$1" ]; }
            for path in /var/log/pods /var/log/containers; do if new "$path"; then rm -rf "$path"; fi; done
            if new /run/containerd && ! pidof containerd containerd-shim-runc-v2 >/dev/null 2>&1; then rm -rf /run/containerd; fi
            if new /run/netns; then
              while grep -q ' /run/netns ' /proc/self/mounts && [ -z "$(ls -A /run/netns)" ]; do umount /run/netns || break; done
              rmdir /run/netns 2>/dev/null
            fi
            for path in /usr/libexec/kubernetes /run/flannel /etc/cni /opt/cni /var/lib/cni; do
              if new "$path"; then find "$path" -depth -type d -empty -delete; fi
            done
            if command -v nft >/dev/null; then
              nft list tables 2>/dev/null | while read -r word family name; do
                case $before in *" nft:$family:$name "*) continue ;; esac
                case $family:$name in ip:filter|ip:nat|ip:mangle|ip:raw|ip6:filter|ip6:nat|ip6:mangle|ip6:raw) ;; *) continue ;; esac
                # only tables with nothing but base chains that accept everything
                rest=$(nft list table "$family" "$name" | grep -v -e '^table' -e '^[[:space:]]*chain [A-Z]* {$' -e 'policy accept;$' -e '^[[:space:]]*}$' -e '^$')
                if [ -z "$rest" ]; then nft delete table "$family" "$name"; fi
              done
            fi
            for word in $1; do
              case $word in sys:*=*) setting=${word#sys:}; echo "${setting#*=}" >"/proc/sys/${setting%%=*}" 2>/dev/null ;; esac
            done
            exit 0
            """;

    Question question() {
        return new Question.OfScript(FOUND, LOOK);
    }

    /** For {@link dev.vfaas.provision.engine.Step#before}. */
    Map<String, String> before(Planning planning) {
        return Map.of(FOUND, planning.observed().answer(FOUND).output().strip());
    }

    /** Takes away what was not there before; nothing when it is not known what was. */
    void clear(Execution execution) {
        execution.state().value(FOUND).ifPresent(found -> execution.run(Command.script(CLEAR, found), DEADLINE));
    }
}
