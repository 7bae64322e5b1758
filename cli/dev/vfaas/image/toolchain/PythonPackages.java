package dev.vfaas.image.toolchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder into which pip or uv has installed packages. */
final class PythonPackages {
    /** Of a dist-info folder: who installed it, from where, and a list of files that is wrong after tidying. */
    private static final Set<String> TRACES =
            Set.of("INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json");

    private PythonPackages() {}

    /** Removes what depends on the tool, the moment or this machine, so that the same packages are the same files anywhere. */
    static void tidy(Path deps) throws IOException {
        if (!Files.isDirectory(deps)) {
            return; // markers ruled every requirement out
        }
        Files.deleteIfExists(deps.resolve(".lock"));
        // Console scripts begin with the path of this machine's interpreter.
        if (!Files.exists(deps.resolve("bin/__init__.py"))) {
            Folders.remove(deps.resolve("bin"));
        }
        for (Path path : paths(deps)) {
            String name = path.getFileName().toString();
            if (!Files.exists(path)) {
                continue; // went with its folder
            }
            if (name.equals("__pycache__")) {
                Folders.remove(path);
            } else if (TRACES.contains(name) && isDistInfo(path.getParent())) {
                Files.delete(path);
            }
        }
    }

    /** The installed packages, by name. */
    static List<Component> components(Path deps) throws IOException {
        List<Component> components = new ArrayList<>();
        if (!Files.isDirectory(deps)) {
            return components;
        }
        try (Stream<Path> folders = Files.list(deps)) {
            for (Path folder : folders.sorted().toList()) {
                Path metadata = folder.resolve("METADATA");
                if (isDistInfo(folder) && Files.exists(metadata)) {
                    components.add(component(new String(Files.readAllBytes(metadata), StandardCharsets.UTF_8)));
                }
            }
        }
        components.sort(Comparator.comparing(Component::purl));
        return components;
    }

    private static Component component(String metadata) {
        // The header ends at the first blank line; a description may follow that repeats any of its words.
        List<String> header =
                metadata.lines().takeWhile(line -> !line.isBlank()).toList();
        String name = field(header, "Name: ").orElse("unknown");
        String version = field(header, "Version: ").orElse("0");
        Optional<String> license = field(header, "License-Expression: ").or(() -> field(header, "License: "));
        String normalized = name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-"); // PEP 503
        return new Component(name, version, "pkg:pypi/" + normalized + "@" + version, license.orElse(null));
    }

    private static Optional<String> field(List<String> header, String name) {
        return header.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst();
    }

    private static boolean isDistInfo(@Nullable Path folder) {
        return folder != null && folder.toString().endsWith(".dist-info");
    }

    private static List<Path> paths(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(path -> !path.equals(folder)).toList();
        }
    }
}
