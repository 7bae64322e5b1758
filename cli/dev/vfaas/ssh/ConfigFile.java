package dev.vfaas.ssh;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A reader of ~/.ssh/config and /etc/ssh/ssh_config for machines without OpenSSH: Host, Include, wildcards, and of Match only {@code all},
 * {@code host} and {@code originalhost}; other Match blocks are left out, since what they ask cannot be known here.
 */
final class ConfigFile {
    private static final int DEEPEST_INCLUDE = 16;
    private static final Set<String> ADDING_UP = Set.of("identityfile", "certificatefile");

    private final Environment environment;
    private final Path system;

    ConfigFile(Environment environment) {
        this(environment, Path.of("/etc/ssh/ssh_config"));
    }

    ConfigFile(Environment environment, Path system) {
        this.environment = environment;
        this.system = system;
    }

    /** The options that apply to a host, by lower-case name; the first value wins, identity files add up. */
    Map<String, List<String>> read(SshTarget target) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        Path own = environment.home().resolve(".ssh/config");
        read(own, target.host(), options, true, 0);
        read(system, target.host(), options, true, 0);
        return options;
    }

    /** Lines of {@code name value}, as {@code ssh -G} prints them. */
    static Map<String, List<String>> options(List<String> lines) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                options.computeIfAbsent(line.substring(0, space).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(line.substring(space + 1).strip());
            }
        }
        return options;
    }

    private void read(Path file, String host, Map<String, List<String>> options, boolean applies, int depth) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        if (depth > DEEPEST_INCLUDE) {
            throw Failure.usage(file + ": files include each other without end");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file + ": " + e.getMessage()).because(e);
        }
        boolean active = applies;
        for (String line : lines) {
            List<String> words = words(line.strip().replaceFirst("^(\\w+)\\s*=\\s*", "$1 "));
            if (words.isEmpty()) {
                continue;
            }
            String keyword = words.getFirst().toLowerCase(Locale.ROOT);
            List<String> values = words.subList(1, words.size());
            switch (keyword) {
                case "host" -> active = applies && matches(values, host);
                case "match" -> active = applies && matchBlock(values, host, options);
                case "include" -> {
                    if (active) {
                        for (Path included : included(file, values)) {
                            read(included, host, options, true, depth + 1);
                        }
                    }
                }
                default -> {
                    if (active && !values.isEmpty()) {
                        keep(options, keyword, String.join(" ", values));
                    }
                }
            }
        }
    }

    private static void keep(Map<String, List<String>> options, String keyword, String value) {
        if (ADDING_UP.contains(keyword)) {
            options.computeIfAbsent(keyword, name -> new ArrayList<>()).add(value);
        } else {
            options.putIfAbsent(keyword, List.of(value));
        }
    }

    private static boolean matches(List<String> patterns, String host) {
        boolean matched = false;
        for (String pattern : patterns) {
            boolean negated = pattern.startsWith("!");
            if (Wildcards.match(negated ? pattern.substring(1) : pattern, host)) {
                if (negated) {
                    return false;
                }
                matched = true;
            }
        }
        return matched;
    }

    private static boolean matchBlock(List<String> criteria, String host, Map<String, List<String>> options) {
        boolean matched = true;
        for (int i = 0; i < criteria.size(); i++) {
            String criterion = criteria.get(i).toLowerCase(Locale.ROOT);
            if (criterion.equals("all")) {
                continue;
            }
            if (i + 1 == criteria.size() || !Set.of("host", "originalhost").contains(criterion)) {
                return false;
            }
            String name = criterion.equals("host")
                    ? options.getOrDefault("hostname", List.of(host)).getFirst().replace("%h", host)
                    : host;
            matched &= matches(List.of(criteria.get(++i).split(",")), name);
        }
        return matched && !criteria.isEmpty();
    }

    private List<Path> included(Path from, List<String> patterns) {
        List<Path> files = new ArrayList<>();
        for (String pattern : patterns) {
            Path base = from.equals(system)
                    ? system.resolveSibling("")
                    : environment.home().resolve(".ssh");
            Path path = pattern.startsWith("~/") ? environment.resolve(pattern) : base.resolve(pattern);
            Path folder = path.getParent();
            String name = path.getFileName().toString();
            if (folder == null || !Files.isDirectory(folder)) {
                continue;
            }
            List<Path> found = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                    folder, entry -> Wildcards.match(name, entry.getFileName().toString()))) {
                entries.forEach(found::add);
            } catch (IOException e) {
                throw Failure.usage("cannot read " + folder + ", included by " + from)
                        .because(e);
            }
            found.sort(null);
            files.addAll(found);
        }
        return files;
    }

    /** Splits a line into words; double quotes hold spaces, # starts a comment. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
                any = true;
            } else if (!quoted && (c == ' ' || c == '\t')) {
                if (any) {
                    words.add(word.toString());
                }
                word.setLength(0);
                any = false;
            } else if (c == '#' && !quoted && !any) {
                return words;
            } else {
                word.append(c);
                any = true;
            }
        }
        if (any) {
            words.add(word.toString());
        }
        return words;
    }
}
