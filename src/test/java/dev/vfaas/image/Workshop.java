package dev.vfaas.image;

import dev.vfaas.console.Environment;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.dockerfile.DockerfileBuild;
import dev.vfaas.image.registry.Credential;
import dev.vfaas.image.registry.CredentialFiles;
import dev.vfaas.image.registry.Registries;
import dev.vfaas.image.registry.Registry;
import dev.vfaas.image.registry.Trust;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.image.toolchain.Component;
import dev.vfaas.image.toolchain.FunctionSource;
import dev.vfaas.image.toolchain.Toolchain;
import dev.vfaas.image.toolchain.Toolchains;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.template.Templates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** A folder with a template and functions of fixed content, a toolchain that needs no network and counts its runs, and builders over them. */
final class Workshop {
    final Path folder;
    final Path cacheFolder;
    final CountingToolchain toolchain = new CountingToolchain();
    private @Nullable Registry store;
    private @Nullable String defaultRegistry;
    private Map<String, String> variables = Map.of();

    Workshop(Path folder) {
        this.folder = folder;
        this.cacheFolder = folder.resolve("cache");
        write("template/plain/template.yml", """
                language: Plain
                toolchain: python
                base: tiny:1
                server: ../plain-server
                files: [index.sh]
                scaffold: []
                entrypoint: [sh, index.sh]
                environment: {GREETING: hello}
                """);
        write("template/plain/index.sh", "exec sh server/serve.sh\n");
        write("template/plain-server/files.yml", "files: [serve.sh]\n");
        write("template/plain-server/serve.sh", "echo served\n");
        write("shout/handler.sh", "tr a-z A-Z\n");
        write("shout/packages.txt", "left-pad 1.3.0\n");
    }

    /** Uses a registry as the gateway's store. */
    Workshop store(String host, @Nullable String user, @Nullable String password) {
        Credential credential =
                user == null || password == null ? null : new Credential.Basic(user, Secret.of(password));
        store = new Registry(HttpUrl.get("http://" + host + "/"), credential, true);
        return this;
    }

    Workshop defaultRegistry(String host) {
        defaultRegistry = host;
        return this;
    }

    Workshop variables(Map<String, String> values) {
        variables = values;
        return this;
    }

    Path write(String path, String content) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    BuildCache cache() {
        return new BuildCache(cacheFolder);
    }

    Registries registries() {
        return new Registries(
                new CredentialFiles(variables, folder.resolve("home")),
                store,
                null,
                defaultRegistry,
                false,
                Trust.USUAL);
    }

    ImageBuilder builder() {
        return builder(toolchain);
    }

    ImageBuilder builder(Toolchain python) {
        BuildCache cache = cache();
        Environment environment = new Environment(variables, folder.resolve("home"), folder, Environment.Terminal.NONE);
        return new ImageBuilder(
                cache,
                registries(),
                new Toolchains(Map.of("python", () -> python)),
                new DockerfileBuild(cache, environment),
                false);
    }

    ImagePusher pusher() {
        return new ImagePusher(cache(), registries());
    }

    FunctionBuild function(String name, String image, Platform... platforms) {
        return new FunctionBuild(
                name,
                ImageReference.parse(image),
                folder.resolve(name),
                new Templates(folder).find("plain"),
                List.of(platforms),
                null,
                Map.of(),
                Map.of(),
                Map.of());
    }

    BuildReport build(boolean push, FunctionBuild... functions) throws InterruptedException {
        return builder().build(new BuildRequest(List.of(functions), push, null, false, 2), BuildListener.none());
    }

    FunctionResult.Built builds(boolean push, FunctionBuild function) throws InterruptedException {
        BuildReport report = build(push, function);
        report.orThrow();
        return report.built().getFirst();
    }

    /** Writes each line of packages.txt as a file of deps/. */
    static class CountingToolchain implements Toolchain {
        final AtomicInteger resolved = new AtomicInteger();

        @Override
        public String dependencyKey(FunctionSource source) {
            Path file = source.handler().resolve("packages.txt");
            return Files.isRegularFile(file) ? "counting 1\n" + read(file) : "";
        }

        @Override
        public List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException {
            resolved.incrementAndGet();
            log.line("resolving for " + source.platform());
            return read(source.handler().resolve("packages.txt"))
                    .lines()
                    .map(line -> {
                        String[] words = line.split(" ");
                        try {
                            Path file = into.resolve("deps").resolve(words[0]);
                            Files.createDirectories(file.getParent());
                            Files.writeString(file, words[1] + "\n");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        return new Component(words[0], words[1], "pkg:generic/" + words[0] + "@" + words[1], "MIT");
                    })
                    .toList();
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
            throw new UnsupportedOperationException();
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
