package dev.vfaas.image.toolchain;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
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

/**
 * Python: the packages of requirements.txt, installed into {@code deps/} by uv if it is on the PATH, else by pip. For Linux images only wheels are
 * taken, so that nothing built for this machine gets in; for this machine itself packages may be built from source.
 */
public final class PythonToolchain implements Toolchain {
    private static final Map<String, String> QUIET = Map.of(
            "PIP_DISABLE_PIP_VERSION_CHECK", "1",
            "PIP_NO_INPUT", "1",
            "PIP_NO_COLOR", "1",
            "PIP_PROGRESS_BAR", "off",
            "PIP_ROOT_USER_ACTION", "ignore",
            // Settings for a person's own installs that make --target fail.
            "PIP_USER", "0",
            "PIP_REQUIRE_VIRTUALENV", "0",
            "UV_NO_PROGRESS", "1",
            "PYTHONDONTWRITEBYTECODE", "1");

    /** pip as a program that does not import modules of the function's folder, which may be named like the library's own. */
    private static final String PIP = """
            import runpy, sys
            sys.path = [folder for folder in sys.path if folder]
            %srunpy.run_module("pip", run_name="__main__", alter_sys=True)
            """;

    private static final Pattern VERSIONED_NAME = Pattern.compile("python3\\.\\d+");
    private static final Pattern PIP_FOUND_NONE = Pattern.compile("No matching distribution found for (\\S.*)");
    private static final Pattern PIP_VERSIONS = Pattern.compile("\\(from versions: (.*)\\)");
    private static final Pattern UV_NO_WHEELS = Pattern.compile(
            "(?:Because|and) (\\S+) (?:has|have) no (?:usable )?wheels|Wheels are required for `([^`]+)`");
    private static final Pattern UNREACHABLE = Pattern.compile(
            "(?i)connection (?:error|refused|broken)|new connection|name resolution|dns error|error sending request|offline");

    private final Programs programs;

    /** Uses the uv and python3 of these surroundings. */
    public PythonToolchain(Environment environment) {
        this.programs = new Programs(environment.variables());
    }

    @Override
    public String dependencyKey(FunctionSource source) {
        PythonRequirements requirements = PythonRequirements.read(source.handler());
        if (source.platform().host()) {
            Path python = python(source); // the function runs on it, with or without packages
            return requirements.packages()
                    ? interpreter(source, python) + "\n" + String.join("\n", requirements.lines())
                    : "";
        }
        return requirements.packages() ? PythonTarget.of(source) + "\n" + String.join("\n", requirements.lines()) : "";
    }

    @Override
    public List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        Path deps = into.resolve("deps");
        Programs.Result result = programs.run(command(source, deps), source.handler(), QUIET, log);
        if (result.failed()) {
            throw explain(source, result);
        }
        try {
            PythonPackages.tidy(deps);
            if (source.platform().host() && Files.isDirectory(deps)) {
                compileModules(source, into, log);
            }
            return PythonPackages.components(deps);
        } catch (IOException e) {
            throw new UncheckedIOException("installing the packages of function " + source.name(), e);
        }
    }

    /**
     * Compiles the packages' modules, as their first import would in every unpacked image. The files are checked against nothing when they are loaded
     * (PEP 552) and name no folder of this machine, so the same packages make the same layer.
     */
    private void compileModules(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        List<String> command = List.of(
                python(source).toString(),
                "-m",
                "compileall",
                "-q",
                "-j0",
                "--invalidation-mode=unchecked-hash",
                "-s",
                into.toString(),
                into.resolve("deps").toString());
        if (programs.run(command, into, QUIET, line -> {}).failed()) {
            // Packages carry files for other versions of Python, too; what does not compile is not imported either.
            log.line("note: some modules of the packages do not compile for this Python");
        }
    }

    private List<String> command(FunctionSource source, Path deps) throws InterruptedException {
        boolean host = source.platform().host();
        Optional<Path> uv = uv(source);
        List<String> command = new ArrayList<>();
        if (uv.isPresent()) {
            command.addAll(List.of(uv.get().toString(), "pip", "install", "--color=never", "--link-mode=copy"));
            if (host) {
                command.addAll(List.of("--python", python(source).toString()));
            } else {
                command.addAll(PythonTarget.of(source).uvArguments());
            }
        } else {
            Path python = python(source);
            requirePip(source, python);
            command.add(python.toString());
            if (host) {
                command.addAll(List.of("-c", PIP.formatted(""), "install", "--no-compile", "--prefer-binary"));
            } else {
                PythonTarget target = PythonTarget.of(source);
                command.addAll(List.of("-c", PIP.formatted(target.pipMarkers()), "install", "--no-compile"));
                command.addAll(target.pipArguments());
            }
        }
        command.addAll(List.of("--target", deps.toString(), "-r", PythonRequirements.FILE));
        return command;
    }

    /** The uv of the PATH, unless it is the shim of a version manager that has none for this folder. */
    private Optional<Path> uv(FunctionSource source) throws InterruptedException {
        Optional<Path> uv = programs.find("uv");
        boolean works = uv.isPresent()
                && !programs.run(List.of(uv.get().toString(), "--version"), source.handler(), QUIET, line -> {})
                        .failed();
        return works ? uv : Optional.empty();
    }

    private Path python(FunctionSource source) {
        return programs.find("python3")
                .orElseThrow(
                        () -> Failure.failed("function " + source.name()
                                        + " is written in Python, and there is no python3 on the PATH")
                                .next(
                                        "apt install python3 python3-pip (Debian, Ubuntu), brew install python (macOS), or https://www.python.org/downloads"));
    }

    private void requirePip(FunctionSource source, Path python) throws InterruptedException {
        List<String> look =
                List.of(python.toString(), "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('pip'))");
        if (programs.run(look, source.handler(), QUIET, line -> {}).failed()) {
            throw Failure.failed("function " + source.name() + " has a requirements.txt, and " + python
                            + " has no pip to install it with")
                    .next("apt install python3-pip (Debian, Ubuntu), or https://docs.astral.sh/uv");
        }
    }

    /** What tells this machine's interpreter from another that needs other packages. */
    private String interpreter(FunctionSource source, Path python) {
        try {
            Path real = python.toRealPath();
            if (VERSIONED_NAME.matcher(real.getFileName().toString()).matches()) {
                return real + " on " + Platform.ofHost().architecture();
            }
            // A shim that chooses a version when it is called: ask it.
            List<String> ask =
                    List.of(python.toString(), "-I", "-S", "-c", "import sys; print(sys.executable, sys.version)");
            Programs.Result answer = programs.run(ask, source.handler(), QUIET, line -> {});
            if (answer.failed()) {
                throw Failure.failed(python + " does not work:\n" + answer.tail(10));
            }
            return answer.tail(5) + " on " + Platform.ofHost().architecture();
        } catch (IOException e) {
            throw new UncheckedIOException("looking at " + python, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted while asking " + python + " for its version")
                    .because(e);
        }
    }

    private Failure explain(FunctionSource source, Programs.Result result) {
        String output = String.join("\n", result.lines());
        String what = "function " + source.name() + ": the packages of "
                + source.handler().resolve(PythonRequirements.FILE);
        Failure general = Failure.failed(what + " could not be installed:\n" + result.tail(15));
        if (UNREACHABLE.matcher(output).find()) {
            return general.next("look at the network, or at the package index that pip or uv is told to use");
        }
        if (source.platform().host()) {
            return general;
        }
        PythonTarget target = PythonTarget.of(source);
        return missingWheel(output)
                .map(
                        missing -> Failure.failed(what + " cannot be installed for " + target
                                        + ": there is no wheel of " + missing
                                        + ", and a package cannot be built from source for another machine")
                                .next(
                                        "require a version that has a wheel, or build one for that platform, put it into the "
                                                + "function's folder and require its file (./NAME.whl); --platform host builds from source"))
                .orElse(general);
    }

    /** The requirement without a wheel, with what versions have one if the tool tells. */
    private static Optional<String> missingWheel(String output) {
        Matcher uv = UV_NO_WHEELS.matcher(output);
        if (uv.find()) {
            return Optional.of(uv.group(1) != null ? uv.group(1) : uv.group(2));
        }
        Matcher pip = PIP_FOUND_NONE.matcher(output);
        if (!pip.find()) {
            return Optional.empty();
        }
        Matcher versions = PIP_VERSIONS.matcher(output);
        String having =
                versions.find() && !versions.group(1).equals("none") ? " (there is of " + versions.group(1) + ")" : "";
        return Optional.of(pip.group(1) + having);
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
        throw new IllegalStateException("Python is not compiled");
    }
}
