package dev.vfaas.image.dockerfile;

import dev.vfaas.console.Environment;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.template.TemplateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds images whose template is a Dockerfile. The same files and arguments are built once, until the cache is told to be left aside. */
public final class DockerfileBuild {
    private static final String KIND = "dockerfile";

    private final BuildCache cache;
    private final Environment environment;

    /** Builds with the engines on the PATH of that environment. */
    public DockerfileBuild(BuildCache cache, Environment environment) {
        this.cache = cache;
        this.environment = environment;
    }

    /**
     * What to build.
     *
     * @param tag how the engine's own store names the result
     * @param platform {@code linux/ARCHITECTURE}
     * @param template files at the root of the build context
     * @param handler the user's files by their path in the build context
     */
    public record Request(
            String tag,
            String platform,
            List<TemplateFile> template,
            List<LayerEntry> handler,
            Map<String, String> arguments,
            Map<String, String> labels,
            boolean noCache,
            boolean pull) {

        /** The fingerprint of all of it. */
        public String key() {
            Fingerprint key =
                    new Fingerprint("dockerfile/1").add(platform).add(arguments).add(labels);
            template.forEach(file ->
                    key.add(file.path()).add(file.executable() ? "x" : "-").add(file.content()));
            handler.forEach(file ->
                    key.add(file.target()).add(file.executable() ? "x" : "-").add(file.sha256()));
            return key.hex();
        }
    }

    /** The manifest of an image that was built before and is still in the cache. */
    public Optional<String> known(Request request) {
        return request.noCache() || request.pull()
                ? Optional.empty()
                : cache.record(KIND, request.key())
                        .map(fields -> fields.getOrDefault("manifest", ""))
                        .filter(digest -> cache.blob(digest).isPresent());
    }

    /** Builds the image and takes it into the cache; returns the digest of its manifest. */
    public String build(Request request, BuildLog log) throws InterruptedException {
        ContainerEngine engine = ContainerEngine.find(environment);
        Path work = cache.workFolder();
        try {
            Path context = Files.createDirectories(work.resolve("context"));
            write(request, context);
            log.line("building with " + engine.name());
            Path archive = work.resolve("image.tar");
            engine.build(
                    new ContainerEngine.Recipe(
                            context,
                            request.tag(),
                            request.platform(),
                            request.arguments(),
                            request.labels(),
                            request.noCache(),
                            request.pull()),
                    archive,
                    log);
            String digest = new ImageArchive(cache)
                    .take(archive, request.platform(), Files.createDirectories(work.resolve("unpacked")));
            cache.putRecord(KIND, request.key(), Map.of("manifest", digest));
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            FolderRemoval.remove(work);
        }
    }

    private static void write(Request request, Path context) throws IOException {
        for (TemplateFile file : request.template()) {
            Path target = context.resolve(file.path());
            Files.createDirectories(target.getParent());
            Files.write(target, file.content());
            executable(target, file.executable());
        }
        for (LayerEntry file : request.handler()) {
            Path target = context.resolve(file.target());
            Files.createDirectories(target.getParent());
            Files.copy(file.source(), target, StandardCopyOption.REPLACE_EXISTING);
            executable(target, file.executable());
        }
    }

    private static void executable(Path file, boolean executable) {
        // Windows has no such mode: the return value says so and nothing is to be done.
        boolean set = file.toFile().setExecutable(executable, false);
        assert set || !executable;
    }
}
