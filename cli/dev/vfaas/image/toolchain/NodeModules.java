package dev.vfaas.image.toolchain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node_modules folder that npm has just made.
 *
 * @param root the folder that holds node_modules
 * @param handler the function's folder, where links to local packages lead
 */
record NodeModules(Path root, Path handler) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The package.json of a folder, if it has one. Throws a usage failure when it is no JSON object. */
    static Optional<JsonNode> manifest(Path folder) {
        Path file = folder.resolve("package.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode manifest = JSON.readTree(text(file));
            if (!manifest.isObject()) {
                throw Failure.usage(file + " is not a JSON object");
            }
            return Optional.of(manifest);
        } catch (JsonProcessingException e) {
            throw Failure.usage(file + ":" + e.getLocation().getLineNr() + ":"
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage())
                    .because(e);
        }
    }

    /** A text file's content. Throws {@link UncheckedIOException}. */
    static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    /** Removes the commands' links and npm's own notes; a link to a local package becomes a copy of it. Image layers hold no links. */
    void tidy() throws IOException {
        Path modules = root.resolve("node_modules");
        Files.createDirectories(modules);
        Files.deleteIfExists(modules.resolve(".package-lock.json"));
        for (Path path : walk(modules)) {
            if (path.getFileName().toString().equals(".bin") && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Folders.remove(path);
            }
        }
        for (Path path : walk(modules)) {
            if (Files.isSymbolicLink(path)) {
                replaceLink(path);
            }
        }
    }

    private void replaceLink(Path link) throws IOException {
        Path target = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
        // npm ran in our folder, so a link out of node_modules is meant relative to the function's.
        Path source = target.startsWith(root.resolve("node_modules"))
                ? target
                : handler.resolve(root.relativize(target)).normalize();
        if (!Files.exists(source)) {
            throw Failure.failed("package " + root.resolve("node_modules").relativize(link) + " of "
                    + handler.resolve("package.json") + " is a link to " + source + ", which does not exist");
        }
        Files.delete(link);
        for (Path path : walk(source)) {
            Path relative = source.relativize(path);
            boolean nested = relative.startsWith("node_modules"); // npm has installed what it needs beside the link
            if (Files.isRegularFile(path) && !nested) {
                Path copy = link.resolve(relative.toString());
                Files.createDirectories(copy.getParent());
                Files.copy(path, copy);
            }
        }
    }

    /**
     * Stops for packages that cannot work: those that would be compiled by an install script and bring no binary, and those whose binaries for the
     * platform are not in the lock file because it was written on another one.
     */
    void requireBinaries(FunctionSource source, String libc, BuildLog log) throws IOException {
        for (Path folder : packages()) {
            JsonNode manifest = manifest(folder).orElseThrow();
            String name = manifest.path("name").asText(folder.getFileName().toString());
            if (Files.exists(folder.resolve("binding.gyp")) && !hasBinary(folder)) {
                if (isOptional(name)) {
                    log.line("note: " + name + " is left out: it is optional and has no binary for "
                            + source.platform());
                    Folders.remove(folder);
                    continue;
                }
                throw Failure.failed("function " + source.name() + ": package " + name
                                + " is compiled when it is installed and brings no binary" + " for " + source.platform()
                                + "; vfaas runs no install scripts")
                        .next("use a package or version with prebuilt binaries, or build with the dockerfile template");
            }
            requirePlatformPackage(source, libc, folder, name, manifest.path("optionalDependencies"));
        }
    }

    private void requirePlatformPackage(
            FunctionSource source, String libc, Path folder, String name, JsonNode optional) {
        if (source.platform().host()) {
            return; // npm looked at this machine by itself
        }
        String cpu = source.platform().architecture().equals("amd64") ? "x64" : "arm64";
        List<String> fitting = new ArrayList<>();
        optional.fieldNames().forEachRemaining(candidate -> {
            boolean musl = candidate.contains("musl");
            if (candidate.contains("linux") && candidate.contains(cpu) && musl == libc.equals("musl")) {
                fitting.add(candidate);
            }
        });
        if (!fitting.isEmpty() && fitting.stream().noneMatch(candidate -> isInstalled(folder, candidate))) {
            throw Failure.failed("function " + source.name() + ": package-lock.json does not hold the binaries of "
                            + name + " for " + source.platform() + " (" + String.join(", ", fitting)
                            + "): it was written for one platform only")
                    .next("in " + source.handler()
                            + ": rm -r package-lock.json node_modules && npm install, then commit package-lock.json");
        }
    }

    /** Looks where Node does: in the package's own node_modules and in those above. */
    private boolean isInstalled(Path from, String name) {
        for (Path folder = from; folder != null && folder.startsWith(root); folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("node_modules").resolve(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasBinary(Path folder) throws IOException {
        return Files.isDirectory(folder.resolve("prebuilds"))
                || walk(folder).stream().anyMatch(path -> path.toString().endsWith(".node"));
    }

    /** True when the lock file, or the function itself, says that nothing fails without the package. */
    private boolean isOptional(String name) {
        Path lock = root.resolve("package-lock.json");
        try {
            if (Files.exists(lock)) {
                return JSON.readTree(text(lock))
                        .path("packages")
                        .path("node_modules/" + name)
                        .path("optional")
                        .asBoolean();
            }
        } catch (JsonProcessingException e) {
            throw Failure.usage(handler.resolve("package-lock.json") + " is no JSON: " + e.getOriginalMessage())
                    .because(e);
        }
        return manifest(root).orElseThrow().path("optionalDependencies").has(name);
    }

    /** The installed packages, by name. */
    List<Component> components() throws IOException {
        List<Component> components = new ArrayList<>();
        for (Path folder : packages()) {
            JsonNode manifest = manifest(folder).orElseThrow();
            String name = manifest.path("name").asText();
            String version = manifest.path("version").asText("0");
            if (!name.isEmpty()) {
                String purl = "pkg:npm/" + name.replace("@", "%40") + "@" + version;
                components.add(new Component(name, version, purl, license(manifest.path("license"))));
            }
        }
        return components.stream()
                .distinct()
                .sorted(Comparator.comparing(Component::purl))
                .toList();
    }

    private static @Nullable String license(JsonNode license) {
        JsonNode text = license.isObject() ? license.path("type") : license; // the older form is {type, url}
        return text.isTextual() ? text.asText() : null;
    }

    /** Folders of packages: node_modules/NAME and node_modules/@SCOPE/NAME, at any depth. */
    private List<Path> packages() throws IOException {
        return walk(root).stream()
                .filter(path -> path.getFileName().toString().equals("package.json"))
                .map(Path::getParent)
                .filter(folder -> folder != null && isPackage(folder))
                .toList();
    }

    private static boolean isPackage(Path folder) {
        Path parent = folder.getParent();
        if (parent != null && parent.getFileName().toString().startsWith("@")) {
            parent = parent.getParent();
        }
        return parent != null && parent.getFileName().toString().equals("node_modules");
    }

    private static List<Path> walk(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }
}
