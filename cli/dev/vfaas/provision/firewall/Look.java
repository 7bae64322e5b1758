package dev.vfaas.provision.firewall;

import dev.vfaas.provision.engine.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The packet filter of a host as it is.
 *
 * @param ssh ports sshd answers on: those of this connection, of its configuration and of its socket unit
 * @param nft whether the program nft is there
 * @param ufw whether ufw is active
 * @param ufwDenies whether ufw drops by default what comes in
 * @param added the rules of ufw's administrator, as {@code ufw show added} prints them without {@code ufw}
 * @param others what else filters and drops by default, in words
 * @param live checksum of the table {@code inet vfaas} as the kernel shows it; empty when there is none
 */
record Look(
        SortedSet<Integer> ssh,
        boolean nft,
        boolean ufw,
        boolean ufwDenies,
        List<String> added,
        List<String> others,
        String live) {
    private static final String OURS = " comment 'vfaas'";

    /** Reads only. */
    static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            if command -v sshd >/dev/null; then sshd -T 2>/dev/null | sed -n 's/^port \\([0-9]*\\)$/ssh \\1/p'; fi
            systemctl list-sockets --no-legend --no-pager ssh.socket sshd.socket 2>/dev/null | sed -n 's/^[^ ]*:\\([0-9]*\\) .*/ssh \\1/p'
            # The port this connection came in by: sudo takes the variable away, so the processes above are looked at.
            pid=$$; found=
            while [ -z "$found" ] && [ "${pid:-0}" -gt 1 ]; do
              found=$(tr '\\0' '\\n' < /proc/$pid/environ 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
              pid=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$pid/status 2>/dev/null)
            done
            echo "$found" | awk 'NF >= 4 {print "ssh " $4}'
            if command -v nft >/dev/null; then
              echo "nft"
              if rules=$(nft list table inet vfaas 2>/dev/null); then echo "live $(echo "$rules" | sha256sum | cut -c1-64)"; fi
            fi
            if grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf && command -v ufw >/dev/null; then
              echo "ufw"
              if grep -qsE '^DEFAULT_INPUT_POLICY="?(DROP|REJECT)' /etc/default/ufw; then echo "denies"; fi
              ufw show added 2>/dev/null | sed -n 's/^ufw /added /p'
            else
              if [ "$(systemctl is-active firewalld 2>/dev/null)" = active ]; then echo "other firewalld is active"; fi
              if command -v iptables >/dev/null; then
                iptables -S INPUT 2>/dev/null | awk '{last=$0} /^-P INPUT DROP/ {print "other iptables drops by default in its chain INPUT"}
                  END {if (last ~ /^-A INPUT -j (DROP|REJECT)/) print "other iptables has a last rule that drops the rest in its chain INPUT"}'
              fi
              if command -v nft >/dev/null; then
                nft list ruleset 2>/dev/null | awk '/^table /{t=$2 " " $3} /hook input.*policy drop/ && t != "inet vfaas" && t != "ip filter" {print "other the nftables table " t " drops by default"}'
              fi
            fi
            """;

    static Look of(Observed.Answer answer) {
        SortedSet<Integer> ssh = new TreeSet<>();
        List<String> added = new ArrayList<>();
        List<String> others = new ArrayList<>();
        boolean nft = false;
        boolean ufw = false;
        boolean denies = false;
        String live = "";
        for (String line : answer.output().lines().toList()) {
            String[] words = line.split(" ", 2);
            String rest = words.length > 1 ? words[1] : "";
            switch (words[0]) {
                case "ssh" -> ssh.add(Integer.parseInt(rest));
                case "nft" -> nft = true;
                case "ufw" -> ufw = true;
                case "denies" -> denies = true;
                case "added" -> added.add(rest);
                case "other" -> others.add(rest);
                case "live" -> live = rest;
                default -> {
                    // A warning of one of the programs.
                }
            }
        }
        return new Look(ssh, nft, ufw, denies, added, others, live);
    }

    /** The rules that ufw holds for vfaas, as {@link Rules#ufw} writes them. */
    List<String> ours() {
        return added.stream()
                .filter(rule -> rule.startsWith("allow ") && rule.endsWith(OURS))
                .map(rule -> rule.substring("allow ".length(), rule.length() - OURS.length()))
                .toList();
    }

    /** Whether ufw allows it by a rule that is not ours, and that ours would overwrite. */
    boolean allowedByOthers(String rule) {
        return added.stream()
                .anyMatch(line -> !line.endsWith(OURS)
                        && (line.equals("allow " + rule) || line.startsWith("allow " + rule + " comment ")));
    }
}
