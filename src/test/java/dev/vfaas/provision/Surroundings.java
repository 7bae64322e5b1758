package dev.vfaas.provision;

import dev.vfaas.testbed.TestServer;

/** A server as seen from outside vfaas: what {@code up} may add to it, {@code down} must take away. */
public final class Surroundings {
    /** Paths with type, mode and owner; no contents, no times: logs and caches of the system itself are left out. */
    private static final String FILES = """
            leave='-path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /opt/k8s -o -path /var/log/journal -o -path /var/lib/systemd'
            find / /var/lib -xdev \\( $leave \\) -prune -o -printf '%p %y %m %u:%g\\n' | grep -v -e '^/var/log/[a-z]*tmp ' -e '^/var/log/lastlog ' -e '^/var/tmp/systemd-private' | sort -u
            find /run -xdev -maxdepth 1 | grep -v -e /run/motd -e /run/utmp -e /run/nologin -e /run/xtables.lock | sort
            """;

    private static final String REST = """
            echo '# mounts'; awk '{print $2, $3}' /proc/self/mounts | grep -v -e '^/run/user' -e '^/run/credentials' | sort
            echo '# units'; systemctl list-units --all --plain --no-legend --type=service,mount,socket,timer | awk '{print $1}' | grep -v -e '^user' -e '^session' -e '^run-user' -e '^run-credentials' -e '^systemd-' -e not-found | sort
            echo '# unit files'; systemctl list-unit-files --no-legend | awk '{print $1, $2}' | sort
            echo '# rules'; for t in iptables-save ip6tables-save; do $t 2>/dev/null | grep '^-A'; done; nft list tables 2>/dev/null
            echo '# links'; ip -o link | awk '{print $2}'; ip route; ip netns
            echo '# processes'; ps -e -o args= | grep -v -e '^ps ' -e '^sshd' -e '^sh ' -e '^bash ' -e '^awk ' -e '^grep ' -e '^sort' -e '^\\[' -e systemd -e '^(sd-pam' -e agetty | sort
            """;

    private Surroundings() {}

    /** Files, mounts, units, packet filter rules, network interfaces and processes. */
    public static String of(TestServer server) {
        return server.run(FILES + REST).orFail("surroundings").out();
    }

    /** What vfaas and K3s's installer wrote, with contents; without what each installation makes anew (certificates, keys). */
    static String written(TestServer server) {
        return server.run("""
                        cd / && find etc/modules-load.d etc/sysctl.d etc/rancher etc/systemd/system usr/local/bin var/lib/vfaas -type f \
                          ! -name audit.jsonl ! -name k3s.yaml ! -name .guard -exec sha256sum {} + | sort -k2
                        find etc/rancher etc/systemd/system usr/local/bin var/lib/vfaas -printf '%p %y %m %u:%g\\n' | sort
                        systemctl is-active k3s; systemctl is-enabled k3s
                        """).orFail("written").out();
    }
}
