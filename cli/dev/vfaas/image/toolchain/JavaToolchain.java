package dev.vfaas.image.toolchain;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Java with Maven: dependencies of scope compile and runtime become {@code lib/*.jar}; the handler's classes {@code function/function.jar}; the server,
 * compiled from the template's sources, {@code server/server.jar}. Maven runs in the user's folder, as the user runs it; bytecode and jars fit every
 * platform.
 */
public final class JavaToolchain implements Toolchain {
    private static final String DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0";
    private static final String HANDLER = "com/openfaas/function/Handler.class";

    private static final Pattern LICENSE =
            Pattern.compile("<license>\\s*(?:<!--.*?-->\\s*)?<name>([^<]+)</name>", Pattern.DOTALL);

    private final Environment environment;
    private final Programs programs;
    private final JavaServer server;
    /** Functions of one stack may share a folder, and Maven works in it. */
    private final ConcurrentMap<Path, Lock> folders = new ConcurrentHashMap<>();

    /** Uses the JDK and Maven of these surroundings and keeps compiled servers in their cache. */
    public JavaToolchain(Environment environment) {
        this.environment = environment;
        this.programs = new Programs(environment.variables());
        this.server = new JavaServer(programs, environment.cacheDirectory().resolve("java-server"));
    }

    @Override
    public String dependencyKey(FunctionSource source) {
        StringBuilder key = new StringBuilder("maven\n");
        for (String file :
                List.of("pom.xml", "../pom.xml", ".mvn/maven.config", ".mvn/extensions.xml", ".mvn/settings.xml")) {
            Path path = source.handler().resolve(file).normalize();
            if (Files.isRegularFile(path)) {
                try {
                    key.append(file).append('\n').append(Files.readString(path)).append('\n');
                } catch (IOException e) {
                    throw Failure.usage("cannot read " + path + ": " + e.getMessage())
                            .because(e);
                }
            }
        }
        return key.toString();
    }

    @Override
    public List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        Path repository = into.resolve("repository");
        maven(
                source,
                log,
                List.of(
                        DEPENDENCY_PLUGIN + ":copy-dependencies",
                        "-DincludeScope=runtime",
                        // Only this layout tells group, artifact and version apart.
                        "-Dmdep.useRepositoryLayout=true",
                        // For the licenses.
                        "-Dmdep.copyPom=true",
                        "-DoutputDirectory=" + repository));
        try {
            List<Component> components = collect(repository, into.resolve("lib"));
            Folders.remove(repository);
            return components;
        } catch (IOException e) {
            throw new UncheckedIOException("collecting the dependencies of " + source.name(), e);
        }
    }

    /** Moves the jars of a repository layout into one folder, under their own names; two of one name get their group's in front. */
    private static List<Component> collect(Path repository, Path lib) throws IOException {
        if (!Files.isDirectory(repository)) {
            return List.of();
        }
        List<Path> jars;
        try (Stream<Path> files = Files.walk(repository)) {
            jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
        TreeMap<String, List<Path>> byName = new TreeMap<>();
        jars.forEach(jar -> byName.computeIfAbsent(jar.getFileName().toString(), name -> new ArrayList<>())
                .add(jar));
        List<Component> components = new ArrayList<>();
        Files.createDirectories(lib);
        for (Path jar : jars) {
            Path coordinates = repository.relativize(jar.getParent());
            int parts = coordinates.getNameCount();
            String version = coordinates.getName(parts - 1).toString();
            String artifact = coordinates.getName(parts - 2).toString();
            String group = coordinates
                    .subpath(0, parts - 2)
                    .toString()
                    .replace('\\', '/')
                    .replace('/', '.');
            String name = jar.getFileName().toString();
            boolean alone = byName.getOrDefault(name, List.of()).size() == 1;
            Files.move(jar, lib.resolve(alone ? name : group + "." + name));
            components.add(new Component(
                    group + ":" + artifact,
                    version,
                    "pkg:maven/" + group + "/" + artifact + "@" + version,
                    license(jar.resolveSibling(artifact + "-" + version + ".pom"))));
        }
        return components;
    }

    /** What a pom itself says its licenses are; null when it leaves that to its parent. */
    private static @Nullable String license(Path pom) throws IOException {
        if (!Files.exists(pom)) {
            return null;
        }
        List<String> names = LICENSE.matcher(Files.readString(pom))
                .results()
                .map(license -> license.group(1).strip())
                .toList();
        return names.isEmpty() ? null : String.join(" OR ", names);
    }

    @Override
    public boolean compiles() {
        return true;
    }

    @Override
    public String compilerKey(FunctionSource source) {
        Jdk jdk = jdk(source);
        return "java " + jdk.version() + (source.platform().host() ? " " + jdk.home() : "");
    }

    @Override
    public void compile(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
        Lock folder = lock(source);
        try {
            classes(source, into.resolve("function/function.jar"), log);
            Jdk jdk = jdk(source);
            Path jar = server.jar(source.server(), jdk, release(source), log);
            Files.createDirectories(into.resolve("server"));
            Files.copy(jar, into.resolve("server/server.jar"));
            Files.copy(source.template().resolve("run.sh"), into.resolve("run.sh"));
            if (source.platform().host()) {
                // The java of the PATH may be older than the one that compiled.
                Files.writeString(into.resolve("server/java.home"), jdk.home() + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("building function " + source.name(), e);
        } finally {
            folder.unlock();
        }
    }

    private void classes(FunctionSource source, Path jar, BuildLog log) throws IOException, InterruptedException {
        Path target = source.handler().resolve("target");
        // Maven leaves classes and resources whose sources are gone; the image must not depend on what was built
        // before.
        Folders.remove(target.resolve("classes"));
        Folders.remove(target.resolve("maven-status/maven-compiler-plugin/compile"));
        maven(source, log, List.of("process-classes"));
        if (!Files.exists(target.resolve("classes").resolve(HANDLER))) {
            throw Failure.failed(
                    "function " + source.name() + " has no class com.openfaas.function.Handler: expected in "
                            + source.handler().resolve("src/main/java/com/openfaas/function/Handler.java"));
        }
        ReproducibleJar.pack(target.resolve("classes"), jar);
    }

    private void maven(FunctionSource source, BuildLog log, List<String> arguments) throws InterruptedException {
        Lock folder = lock(source);
        try {
            new Maven(programs, source.handler(), jdk(source)).run(source.name(), arguments, log);
        } finally {
            folder.unlock();
        }
    }

    private Lock lock(FunctionSource source) throws InterruptedException {
        Lock folder = folders.computeIfAbsent(source.handler(), path -> new ReentrantLock());
        folder.lockInterruptibly();
        return folder;
    }

    private Jdk jdk(FunctionSource source) {
        int release = release(source);
        return Jdk.find(environment, programs, release)
                .orElseThrow(() -> Failure.failed("function " + source.name() + " needs a JDK " + release
                                + " or newer; none is in JAVA_HOME, on the PATH or in the usual places")
                        .next("apt install temurin-" + release + "-jdk (adoptium.net), brew install openjdk@" + release
                                + " (macOS), or sdk install java (sdkman.io)"));
    }

    /** The Java release of the template's base image. */
    private static int release(FunctionSource source) {
        String version = source.settings().getOrDefault("java_version", "25");
        try {
            return Integer.parseInt(version);
        } catch (NumberFormatException e) {
            throw Failure.usage("java_version of template.yml is not a release such as 25: " + version)
                    .because(e);
        }
    }
}
