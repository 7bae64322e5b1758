package dev.vfaas.provision.facts;

import dev.vfaas.provision.facts.Facts.Clock;
import dev.vfaas.provision.facts.Facts.Cpu;
import dev.vfaas.provision.facts.Facts.Disk;
import dev.vfaas.provision.facts.Facts.Kept;
import dev.vfaas.provision.facts.Facts.Login;
import dev.vfaas.provision.facts.Facts.Memory;
import dev.vfaas.provision.facts.Facts.Os;
import dev.vfaas.provision.facts.Facts.Presence;
import dev.vfaas.provision.facts.Facts.Reach;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The output of {@link FactsScript} as {@link Facts}. What a server does not say becomes empty, zero or null, never an exception. */
public final class FactsParser {
    private static final Pattern VERSION = Pattern.compile("v(\\d+(?:\\.\\d+)+)");
    private static final Pattern SECONDS = Pattern.compile("([\\d.e-]+) s(?:,|$)");
    private static final int SYNCHRONOUS_WRITES = 8;

    /**
     * @param before when this machine asked
     * @param after when it had the answer
     */
    public Facts parse(String output, Instant before, Instant after) {
        Sections s = Sections.of(output);
        String cgroup = s.line("cgroup");
        Matcher iptables = VERSION.matcher(s.line("iptables"));
        return new Facts(
                os(s),
                s.line("hostname"),
                s.line("architecture"),
                s.line("kernel"),
                cgroup.equals("cgroup2fs") ? 2 : cgroup.equals("tmpfs") || cgroup.startsWith("cgroup") ? 1 : 0,
                iptables.find() ? iptables.group(1) : null,
                new Cpu((int) number(s.line("cpus")), steal(s)),
                memory(s),
                disk(s),
                clock(s, before, after),
                new NetworkSections(s).network(),
                packageWork(s),
                reach(s),
                presence(s),
                new Login(s.word("login", 0), s.word("login", 1)),
                new Kept(s.text("state"), s.text("journal"), s.text("lock")));
    }

    private static Os os(Sections s) {
        Map<String, String> release = new LinkedHashMap<>();
        for (String line : s.lines("os")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                release.put(line.substring(0, equals), unquote(line.substring(equals + 1)));
            }
        }
        return new Os(
                release.getOrDefault("ID", ""),
                release.getOrDefault("VERSION_ID", ""),
                release.getOrDefault("PRETTY_NAME", ""),
                s.words("init").contains("systemd"),
                s.has("reboot"));
    }

    private static String unquote(String value) {
        boolean quoted = value.length() > 1
                && (value.startsWith("\"") || value.startsWith("'"))
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** The eighth number of the processors' line in proc(5) is stolen time. */
    private static double steal(Sections s) {
        List<String> before = s.words("cpu-before");
        List<String> after = s.words("cpu-after");
        double all = 0;
        double stolen = 0;
        for (int i = 0; i < Math.min(8, Math.min(before.size(), after.size())); i++) {
            double spent = number(after.get(i)) - number(before.get(i));
            all += spent;
            stolen = i == 7 ? spent : stolen;
        }
        return all <= 0 ? 0 : 100 * stolen / all;
    }

    private static Memory memory(Sections s) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (String line : s.lines("memory")) {
            String[] words = line.split("[:\\s]+");
            if (words.length > 1) {
                values.put(words[0], number(words[1]) * 1024);
            }
        }
        return new Memory(
                values.getOrDefault("MemTotal", 0L),
                values.getOrDefault("MemAvailable", 0L),
                values.getOrDefault("SwapTotal", 0L));
    }

    private static Disk disk(Sections s) {
        String rotational = s.word("rotational", 0);
        Matcher seconds = SECONDS.matcher(s.line("fsync"));
        return new Disk(
                number(s.word("disk", 1)) * 1024,
                number(s.word("disk", 3)) * 1024,
                number(s.word("inodes", 3)),
                s.word("disk", 0),
                rotational.isEmpty() ? null : rotational.equals("1"),
                s.word("rotational", 1).startsWith("nvme"),
                seconds.find() ? seconds(seconds.group(1)).dividedBy(SYNCHRONOUS_WRITES) : null);
    }

    /** As NTP does it (RFC 5905, section 8): the way there and the way back are taken to be equally long. */
    private static Clock clock(Sections s, Instant before, Instant after) {
        if (s.line("clock").isEmpty() || s.line("clock-end").isEmpty()) {
            return new Clock(Duration.ZERO, s.has("synchronised"));
        }
        Duration there = Duration.between(before, Instant.EPOCH.plus(seconds(s.line("clock"))));
        Duration back = Duration.between(after, Instant.EPOCH.plus(seconds(s.line("clock-end"))));
        return new Clock(there.plus(back).dividedBy(2), s.has("synchronised"));
    }

    private static List<String> packageWork(Sections s) {
        List<String> work = new ArrayList<>();
        if (s.has("cloud-init")) {
            work.add("cloud-init is still setting the machine up");
        }
        work.addAll(s.lines("dpkg"));
        return List.copyOf(work);
    }

    private static Map<String, Reach> reach(Sections s) {
        Map<String, Reach> reach = new LinkedHashMap<>();
        for (String line : s.lines("reach")) {
            String[] words = line.split("\\s+", 3);
            if (words.length > 1) {
                reach.put(words[0], new Reach(words[1].equals("yes"), words.length > 2 ? words[2] : ""));
            }
        }
        return reach;
    }

    private static Presence presence(Sections s) {
        Matcher k3s = Pattern.compile("\\b(v\\d\\S*)").matcher(s.line("k3s"));
        Map<String, String> sysctls = new LinkedHashMap<>();
        for (String line : s.lines("sysctls")) {
            String[] words = line.split("\\s+", 2);
            sysctls.put(words[0], words.length > 1 ? words[1] : "");
        }
        Set<String> units = new LinkedHashSet<>(s.lines("units"));
        @Nullable String version = s.has("k3s") ? k3s.find() ? k3s.group(1) : "unknown" : null;
        return new Presence(
                version,
                units.contains("docker active"),
                s.has("kubelet") || units.contains("kubelet active"),
                new LinkedHashSet<>(s.lines("modules")),
                new LinkedHashSet<>(s.lines("tools")),
                sysctls);
    }

    private static Duration seconds(String text) {
        try {
            BigDecimal nanos = new BigDecimal(text).movePointRight(9);
            return Duration.ofNanos(nanos.longValue());
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
