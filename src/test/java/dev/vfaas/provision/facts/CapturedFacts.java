package dev.vfaas.provision.facts;

import java.time.Instant;

/** What the script prints on fresh servers of the supported distributions. */
public enum CapturedFacts {
    UBUNTU_20_04("ubuntu", "20.04", "Ubuntu 20.04.6 LTS", "5.4.0-216-generic", "tmpfs", "iptables v1.8.4 (legacy)"),
    UBUNTU_22_04(
            "ubuntu", "22.04", "Ubuntu 22.04.5 LTS", "5.15.0-141-generic", "cgroup2fs", "iptables v1.8.7 (nf_tables)"),
    UBUNTU_24_04(
            "ubuntu", "24.04", "Ubuntu 24.04.3 LTS", "6.8.0-71-generic", "cgroup2fs", "iptables v1.8.10 (nf_tables)"),
    DEBIAN_11(
            "debian",
            "11",
            "Debian GNU/Linux 11 (bullseye)",
            "5.10.0-35-amd64",
            "cgroup2fs",
            "iptables v1.8.7 (nf_tables)"),
    DEBIAN_12("debian", "12", "Debian GNU/Linux 12 (bookworm)", "6.1.0-37-amd64", "cgroup2fs", ""),
    DEBIAN_13("debian", "13", "Debian GNU/Linux 13 (trixie)", "6.12.38+deb13-amd64", "cgroup2fs", "");

    /** When the laptop asked and had its answer, in seconds since the epoch; the server's clock is right. */
    static final long ASKED = 1_750_000_000;

    private final String id;
    private final String version;
    private final String name;
    private final String kernel;
    private final String cgroup;
    private final String iptables;

    CapturedFacts(String id, String version, String name, String kernel, String cgroup, String iptables) {
        this.id = id;
        this.version = version;
        this.name = name;
        this.kernel = kernel;
        this.cgroup = cgroup;
        this.iptables = iptables;
    }

    /** The script's output. */
    public String text() {
        return """
                clock
                 1750000000.100000000
                cpu-before
                 4705 0 2315 39820 612 0 120 0 0 0
                os
                 PRETTY_NAME="%s"
                 NAME="%s"
                 VERSION_ID="%s"
                 ID=%s
                 HOME_URL='https://example.com/'
                hostname
                 vds1
                architecture
                 x86_64
                kernel
                 %s
                init
                 systemd systemd
                cgroup
                 %s
                %scpus
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
                 udp UNCONN 0 0 127.0.0.53%%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=612,fd=12))
                 tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=801,fd=3))
                 tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=801,fd=4))
                units
                 firewalld inactive
                 docker inactive
                 kubelet inactive
                nft
                 0
                addresses
                 1: lo    inet 127.0.0.1/8 scope host lo\\ valid_lft forever preferred_lft forever
                 2: eth0    inet 203.0.113.10/24 brd 203.0.113.255 scope global eth0\\ valid_lft forever
                addresses6
                 2: eth0    inet6 2001:db8::10/64 scope global \\ valid_lft forever
                routes
                 default via 203.0.113.1 dev eth0 proto static
                 203.0.113.0/24 dev eth0 proto kernel scope link src 203.0.113.10
                dpkg
                modules
                 br_netfilter
                 overlay
                 vxlan
                 nf_conntrack
                 ip_tables
                tools
                 curl
                 systemctl
                sysctls
                 net.ipv4.ip_forward 0
                 fs.inotify.max_user_instances 128
                login
                 ops sudo 0
                reach
                 github.com yes 23 ms
                cpu-after
                 4745 0 2325 39860 612 0 120 10 0 0
                clock-end
                 1750000000.500000000
                """.formatted(
                        name,
                        name.replaceAll(" \\d.*", ""),
                        version,
                        id,
                        kernel,
                        cgroup,
                        iptables.isEmpty() ? "" : "iptables\n " + iptables + "\n");
    }

    /** The facts in it. */
    public Facts facts() {
        return parse(text());
    }

    /** The facts with a part of the output replaced. */
    public Facts with(String old, String replacement) {
        if (!text().contains(old)) {
            throw new IllegalArgumentException(old);
        }
        return parse(text().replace(old, replacement));
    }

    /** The facts in an output. */
    public static Facts parse(String text) {
        return new FactsParser()
                .parse(
                        text,
                        Instant.ofEpochSecond(ASKED),
                        Instant.ofEpochSecond(ASKED).plusMillis(600));
    }
}
