package dev.vfaas.image.toolchain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Node.js: the packages of package.json, installed into {@code node_modules/} by npm for the image's platform, as package-lock.json says. No package's
 * install script is ever run: it would run for this machine, and as this person.
 */
public final class NodeToolchain implements Toolchain {
    /** The first npm that installs for another operating system, architecture and libc. */
    private static final int[] OLDEST_NPM = {10, 4};

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");
    private static final List<String> LOCKS = List.of("npm-shrinkwrap.json", "package-lock.json");
    private static final Map<String, String> QUIET = Map.of(
            "NPM_CONFIG_UPDATE_NOTIFIER",
            "false",
            "NPM_CONFIG_COLOR",
            "false",
            "NPM_CONFIG_PROGRESS",
            "false",
            "NPM_CONFIG_LOGLEVEL",
            "error");

    private final Programs programs;

    /** Uses the npm of these surroundings. */
    public NodeToolchain(Environment environment) {
        this.programs = new Programs(environment.variables());
    }

    @Override
    public String dependencyKey(FunctionSource source) {
        if (source.platform().host() && programs.find("node").isEmpty()) {
            throw missing(source, "node (with npm)"); // the function runs on it, with or without packages
        }
        Optional<JsonNode> manifest = NodeModules.manifest(source.handler());
        if (manifest.isEmpty() || !asksForPackages(manifest.get())) {
            return "";
        }
        StringBuilder key = new StringBuilder(libc(source))
                .append('\n')
                .append(manifest.get().path("dependencies"));
        key.append(manifest.get().path("optionalDependencies"))
                .append(manifest.get().path("overrides"));
        for (String name : LOCKS) {
            Path lock = source.handler().resolve(name);
            if (Files.exists(lock)) {
                key.append('\n').append(NodeModules.text(lock));
            }
        }
        return key.toString();
    }

    private static boolean asksForPackages(JsonNode manifest) {
        return !manifest.path("dependencies").isEmpty()
                || !manifest.path("optionalDependencies").isEmpty();
    }

    @Override
    public List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        Path npm = programs.find("npm").orElseThrow(() -> missing(source, "npm"));
        try {
            boolean locked = copyManifests(source.handler(), into);
            if (!locked) {
                log.line("note: " + source.handler()
                        + " has no package-lock.json, so another build may get other versions; run"
                        + " `npm install --package-lock-only` there and commit the file");
            }
            install(source, npm, locked, into, log);
            NodeModules modules = new NodeModules(into, source.handler());
            modules.tidy();
            modules.requireBinaries(source, libc(source), log);
            List<Component> components = modules.components();
            removeAllElse(into);
            return components;
        } catch (IOException e) {
            throw new UncheckedIOException("installing the packages of function " + source.name(), e);
        }
    }

    private void install(FunctionSource source, Path npm, boolean locked, Path into, BuildLog log)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(npm.toString(), locked ? "ci" : "install"));
        command.addAll(List.of("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"));
        if (!locked) {
            command.add("--no-package-lock");
        }
        if (!source.platform().host()) {
            requireRecent(source, npm);
            command.add("--os=" + source.platform().os());
            command.add("--cpu=" + (source.platform().architecture().equals("amd64") ? "x64" : "arm64"));
            command.add("--libc=" + libc(source));
        }
        Programs.Result result = programs.run(command, into, QUIET, log);
        if (result.failed()) {
            throw explain(source, result);
        }
    }

    private void requireRecent(FunctionSource source, Path npm) throws InterruptedException {
        Programs.Result answer =
                programs.run(List.of(npm.toString(), "--version"), source.handler(), QUIET, line -> {});
        Matcher version =
                VERSION.matcher(answer.lines().isEmpty() ? "" : answer.lines().getLast());
        if (answer.failed() || !version.matches()) {
            throw Failure.failed(npm + " does not work:\n" + answer.tail(10));
        }
        int major = Integer.parseInt(version.group(1));
        if (major < OLDEST_NPM[0] || (major == OLDEST_NPM[0] && Integer.parseInt(version.group(2)) < OLDEST_NPM[1])) {
            throw Failure.failed("function " + source.name() + ": npm "
                            + answer.lines().getLast() + " cannot install packages for " + source.platform()
                            + "; npm 10.4 can")
                    .next("npm install --global npm@latest");
        }
    }

    private static Failure explain(FunctionSource source, Programs.Result result) {
        List<String> lines = result.lines().stream()
                .filter(line -> !line.contains("A complete log of this run"))
                .map(line -> line.replaceFirst("^npm (error|ERR!) ?", ""))
                .filter(line -> !line.isBlank())
                .toList();
        Failure failure = Failure.failed("function " + source.name() + ": npm could not install the packages of "
                + source.handler().resolve("package.json") + ":\n" + new Programs.Result(1, lines).tail(15));
        boolean outOfStep = lines.stream().anyMatch(line -> line.contains("EUSAGE"));
        return outOfStep
                ? failure.next("npm install --package-lock-only --prefix " + source.handler()
                        + ", then commit package-lock.json")
                : failure;
    }

    private static Failure missing(FunctionSource source, String program) {
        return Failure.failed("function " + source.name() + " is written for Node.js, and there is no " + program
                        + " on the PATH")
                .next(
                        "apt install nodejs npm (Debian, Ubuntu), brew install node (macOS), or https://nodejs.org/en/download");
    }

    /** glibc or musl, the setting {@code node_libc} of template.yml. */
    private static String libc(FunctionSource source) {
        String libc = source.settings().getOrDefault("node_libc", "glibc");
        if (!libc.equals("glibc") && !libc.equals("musl")) {
            throw Failure.usage("node_libc " + libc + " in template.yml is neither glibc nor musl");
        }
        return libc;
    }

    /** Copies what npm reads; true when there is a lock file among it. */
    private static boolean copyManifests(Path handler, Path into) throws IOException {
        boolean locked = false;
        for (String name : List.of("package.json", ".npmrc", LOCKS.getFirst(), LOCKS.getLast())) {
            if (Files.exists(handler.resolve(name))) {
                Files.copy(handler.resolve(name), into.resolve(name));
                locked |= LOCKS.contains(name);
            }
        }
        for (String archive : localArchives(handler)) {
            Path copy = into.resolve(archive);
            Files.createDirectories(copy.getParent());
            Files.copy(handler.resolve(archive), copy);
        }
        return locked;
    }

    /** Archives within the function's folder that package.json names as packages: {@code "file:./lib.tgz"}. */
    private static List<String> localArchives(Path handler) {
        List<String> archives = new ArrayList<>();
        NodeModules.manifest(handler).orElseThrow().path("dependencies").forEach(version -> {
            String path = version.asText().replaceFirst("^file:", "");
            boolean inside = handler.resolve(path).normalize().startsWith(handler.normalize());
            if (version.asText().startsWith("file:") && inside && Files.isRegularFile(handler.resolve(path))) {
                archives.add(path);
            }
        });
        return archives;
    }

    /** Leaves nothing but node_modules. */
    private static void removeAllElse(Path into) throws IOException {
        try (Stream<Path> files = Files.list(into)) {
            files.filter(file -> !file.endsWith("node_modules")).forEach(Folders::remove);
        }
    }

    @Override
    public boolean compiles() {
        return false;
    }

    @Override
    public String compilerKey(FunctionSource source) {
        return "";
    }

    @Override
    public void compile(FunctionSource source, Path into, BuildLog log) {
        throw new IllegalStateException("Node.js is not compiled");
    }
}
