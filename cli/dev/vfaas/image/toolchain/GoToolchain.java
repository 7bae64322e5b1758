package dev.vfaas.image.toolchain;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Go: the handler, the template's main and the server become one static binary, {@code function}, cross-compiled by the {@code go} of the PATH. The
 * user's folder is compiled where it lies, with our files laid over it ({@code go build -overlay}), so that its go.mod, go.sum, vendor folder and
 * relative replacements work as with {@code go test}. Modules are linked into the binary: there is no dependency layer, only their list.
 */
public final class GoToolchain implements Toolchain {
    /** Where our files seem to lie in the user's module. */
    private static final String MAIN = "vfaas_main";

    private static final int OLDEST = 22;
    private static final Pattern VERSION = Pattern.compile("go1\\.(\\d+).*");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Programs programs;

    /** Uses the go of these surroundings. */
    public GoToolchain(Environment environment) {
        this.programs = new Programs(environment.variables());
    }

    /** Empty for a function of the standard library alone; else its go.mod and go.sum, for the list of what is linked in. */
    @Override
    public String dependencyKey(FunctionSource source) {
        GoModule module = GoModule.of(source.handler());
        Path sums = source.handler().resolve("go.sum");
        try {
            return module.hasRequirements() ? module.text() + (Files.exists(sums) ? Files.readString(sums) : "") : "";
        } catch (IOException e) {
            throw Failure.usage("cannot read " + sums + ": " + e.getMessage()).because(e);
        }
    }

    /** Lists the modules whose packages the handler needs; they go into the binary, not into a layer. */
    @Override
    public List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        List<String> command = List.of(
                go(source).toString(),
                "list",
                "-deps",
                "-f",
                "{{with .Module}}{{if not .Main}}{{.Path}} {{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}{{end}}{{end}}",
                ".");
        Programs.Result result = programs.run(command, source.handler(), target(source), log);
        if (result.failed()) {
            throw Failure.failed("go could not find the modules of function " + source.name() + " in "
                            + source.handler() + ":\n" + result.tail(40))
                    .next("(cd " + source.handler() + " && go mod tidy)");
        }
        return result.lines().stream()
                .map(line -> line.split(" ", -1))
                // Progress of downloads is among the lines.
                .filter(module -> module.length == 2 && module[0].contains("."))
                .map(module -> new Component(
                        module[0],
                        module[1].isEmpty() ? "local" : module[1],
                        "pkg:golang/" + module[0] + (module[1].isEmpty() ? "" : "@" + module[1]),
                        null))
                .distinct()
                .sorted(Comparator.comparing(Component::purl))
                .toList();
    }

    @Override
    public boolean compiles() {
        return true;
    }

    @Override
    public String compilerKey(FunctionSource source) {
        try {
            return String.join("\n", settings(go(source), source)) + "\n"
                    + GoModule.of(source.handler()).furtherSources();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the sources of " + source.name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted while asking go for its version").because(e);
        }
    }

    /** The compiler's version and what else of its settings changes the binary. */
    private List<String> settings(Path go, FunctionSource source) throws InterruptedException {
        List<String> command = List.of(
                go.toString(), "env", "GOVERSION", "GOFLAGS", "GOEXPERIMENT", "GOAMD64", "GOARM64", "GOFIPS140");
        Programs.Result result = programs.run(command, source.handler(), Map.of(), line -> {});
        if (result.failed()) {
            throw Failure.failed("go does not work in " + source.handler() + ":\n" + result.tail(10));
        }
        Matcher version = VERSION.matcher(result.lines().getFirst());
        if (version.matches() && Integer.parseInt(version.group(1)) < OLDEST) {
            throw Failure.failed("function " + source.name() + " needs Go 1." + OLDEST + " or newer; " + go + " is "
                            + result.lines().getFirst())
                    .next("install a current Go: https://go.dev/dl");
        }
        return result.lines();
    }

    private Path go(FunctionSource source) {
        return programs.find("go")
                .orElseThrow(() -> Failure.failed(
                                "function " + source.name() + " is written in Go, and there is no go on the PATH")
                        .next("apt install golang (Debian, Ubuntu), brew install go (macOS), or https://go.dev/dl"));
    }

    @Override
    public void compile(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        Path go = go(source);
        settings(go, source);
        Path scratch = temporaryFolder();
        try {
            Path overlay = scratch.resolve("overlay.json");
            JSON.writeValue(overlay.toFile(), Map.of("Replace", overlay(source, scratch)));
            List<String> command = List.of(
                    go.toString(),
                    "build",
                    "-overlay=" + overlay,
                    "-trimpath",
                    "-buildvcs=false",
                    "-ldflags=-s -w -buildid=",
                    "-o=" + into.resolve("function"),
                    "./" + MAIN);
            Programs.Result result = programs.run(command, source.handler(), target(source), log);
            if (result.failed()) {
                throw Failure.failed("go could not build function " + source.name() + " in " + source.handler() + ":\n"
                        + result.tail(40));
            }
            copyOtherFiles(source.handler(), into);
        } catch (IOException e) {
            throw new UncheckedIOException("building function " + source.name(), e);
        } finally {
            Folders.remove(scratch);
        }
    }

    private static Map<String, String> target(FunctionSource source) {
        return Map.of(
                "CGO_ENABLED", "0",
                "GOOS", source.platform().os(),
                "GOARCH", source.platform().architecture());
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("vfaas-go");
        } catch (IOException e) {
            throw new UncheckedIOException("making a temporary folder", e);
        }
    }

    /** Our files as they seem to lie in the user's module, and a go.mod where a folder has none. */
    private static Map<String, String> overlay(FunctionSource source, Path scratch) throws IOException {
        Map<String, String> overlay = new TreeMap<>();
        Path main = source.handler().resolve(MAIN);
        for (Path folder : List.of(source.server(), source.template())) {
            for (Path file : list(folder, path -> path.getFileName().toString().endsWith(".go"))) {
                overlay.put(main.resolve(folder.relativize(file).toString()).toString(), file.toString());
            }
        }
        GoModule module = GoModule.of(source.handler());
        if (module.isAbsent()) {
            Path written =
                    Files.writeString(scratch.resolve("go.mod"), "module handler/function\n\ngo 1." + OLDEST + "\n");
            overlay.put(source.handler().resolve("go.mod").toString(), written.toString());
        } else if (!module.name().equals("handler/function")) {
            Path template = source.template().resolve("main.go");
            String renamed = Files.readString(template).replace("\"handler/function\"", "\"" + module.name() + "\"");
            Path written = Files.writeString(scratch.resolve("main.go"), renamed);
            overlay.put(main.resolve("main.go").toString(), written.toString());
        }
        return overlay;
    }

    /** What a handler may read at run time lies beside the binary, as with OpenFaaS's template. */
    private static void copyOtherFiles(Path handler, Path into) throws IOException {
        for (Path file : list(handler, GoToolchain::isData)) {
            Path relative = handler.relativize(file);
            if (relative.getName(0).toString().equals("function")) {
                throw Failure.usage(handler.resolve("function") + " has the name of the binary: rename it");
            }
            Path target = into.resolve(relative.toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }

    private static boolean isData(Path relative) {
        String first = relative.getName(0).toString();
        String name = relative.getFileName().toString();
        for (Path part : relative) {
            if (part.toString().startsWith(".") || part.toString().equals("testdata")) {
                return false;
            }
        }
        return !first.equals("vendor")
                && !name.endsWith(".go")
                && !List.of("go.mod", "go.sum", "go.work", "go.work.sum").contains(name);
    }

    /** Regular files under a folder whose relative path is wanted, sorted; none when the folder is absent. */
    private static List<Path> list(Path folder, Predicate<Path> wanted) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> wanted.test(folder.relativize(file)))
                    .sorted()
                    .toList();
        }
    }
}
