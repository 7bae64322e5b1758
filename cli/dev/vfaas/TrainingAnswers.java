package dev.vfaas;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a fresh server would print for the commands of {@code vfaas up HOST}; nothing for those that change something. */
final class TrainingAnswers {
    private static final Pattern SCRIPT = Pattern.compile(" script ([\\w.-]+) ");
    private static final Pattern FILE = Pattern.compile(" file (/\\S+) (?:content|-)");
    private static final Pattern UNIT = Pattern.compile(" unit ([\\w.@-]+) -");

    private static final String FACTS = """
            clock
             %1$d.100000000
            os
             PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
             VERSION_ID="13"
             ID=debian
            hostname
             training
            architecture
             x86_64
            kernel
             6.12.38+deb13-amd64
            init
             systemd systemd
            cgroup
             cgroup2fs
            iptables
             iptables v1.8.11 (nf_tables)
            cpus
             2
            memory
             MemTotal:        4018100 kB
             MemAvailable:    3571220 kB
             SwapTotal:             0 kB
            disk
             /dev/vda1         40470732   2102892  38351456       6%% /
            inodes
             /dev/vda1        5160960  75321  5085639     2%% /
            rotational
             0 vda
            fsync
             32768 bytes (33 kB, 32 KiB) copied, 0.00964 s, 3.4 MB/s
            synchronised
             yes
            listeners
             tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=801,fd=3))
            units
             firewalld inactive
            nft
             0
            addresses
             2: eth0    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
            routes
             default via 192.0.2.1 dev eth0 proto static
            modules
             br_netfilter
             overlay
             vxlan
             nf_conntrack
             ip_tables
            tools
             curl
             bash
             iptables
             nft
             modprobe
             sysctl
             systemctl
             sha256sum
             base64
             setsid
            sysctls
             net.ipv4.ip_forward 0
            login
             root root 0
            clock-end
             %1$d.200000000
            """;

    private TrainingAnswers() {}

    static String to(String command) {
        if (command.contains("echo free")) {
            return "root\n";
        }
        if (command.contains("cpu-before")) {
            return FACTS.formatted(Instant.now().getEpochSecond());
        }
        return command.contains("UnitFileState") ? observed(command) : "";
    }

    /** There is nothing of what is asked for. */
    private static String observed(String command) {
        StringBuilder text = new StringBuilder();
        for (Matcher file = FILE.matcher(command); file.find(); ) {
            text.append("absent ").append(file.group(1)).append("\n /\n");
        }
        for (Matcher unit = UNIT.matcher(command); unit.find(); ) {
            text.append("unit ").append(unit.group(1)).append("\n LoadState=not-found\n");
        }
        for (Matcher script = SCRIPT.matcher(command); script.find(); ) {
            text.append("answer ").append(script.group(1)).append("\n 0\n");
        }
        return text.toString();
    }
}
