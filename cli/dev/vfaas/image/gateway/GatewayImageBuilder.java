package dev.vfaas.image.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.ImagePlan;
import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.layer.Layer;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.layer.LayerStore;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import dev.vfaas.image.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the gateway's image from this program's own jars and a Java runtime; what was made once is taken from the build cache. */
public final class GatewayImageBuilder {
    private static final String KIND = "gateway-image";
    private static final String FILES = "gateway-files";
    private static final String CONTENT = "content";
    private static final String FORMAT = "gateway-image/1";
    private static final String USER = "10001:10001";
    private static final FileTime TIME = FileTime.fromMillis(1000); // what LayerArchive gives every file
    private static final String ACCOUNTS =
            "root:x:0:0:root:/root:/sbin/nologin\nvfaas:x:10001:10001:vfaas:/home/app:/sbin/nologin\n";

    private final BuildCache cache;
    private final List<Path> classPath;
    private final Path java;

    /**
     * @param classPath of this program
     * @param java the home of the Java that runs it
     */
    public GatewayImageBuilder(BuildCache cache, List<Path> classPath, Path java) {
        this.cache = cache;
        this.classPath = List.copyOf(classPath);
        this.java = java;
    }

    /**
     * The image for a platform.
     *
     * @param prepared a folder with the platform's Java runtime below usr/lib/vfaas/runtime and its C library; null to make both here
     * @param progress told once when the image must be made
     */
    public GatewayImage image(Platform platform, @Nullable Path prepared, Runnable progress) {
        if (prepared == null) {
            String obstacle = JavaRuntime.obstacle(platform, java);
            if (!obstacle.isEmpty()) {
                throw Failure.of(
                                ExitCode.PREFLIGHT,
                                "the gateway's image for " + platform + " cannot be made: " + obstacle)
                        .next(
                                "take a release of vfaas, which brings the image; or, with the sources on Debian or Ubuntu, scripts/gateway-runtime "
                                        + platform.architecture() + ", then the same again");
            }
        }
        try {
            String key = key(platform, prepared);
            return cache.exclusively(KIND + "-" + key, () -> {
                Optional<GatewayImage> known = known(platform, key);
                if (known.isPresent()) {
                    return known.get();
                }
                progress.run();
                return make(platform, prepared, key);
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
        } catch (IOException e) {
            throw Failure.failed("the gateway's image could not be made: " + e).because(e);
        }
    }

    private Path folder() {
        return Objects.requireNonNull(cache.blobPath("sha256:0").getParent());
    }

    private String key(Platform platform, @Nullable Path prepared) throws IOException {
        Fingerprint key = new Fingerprint(FORMAT).add(platform.toString()).add(String.join(" ", options()));
        Path release = prepared == null
                ? java.resolve("release")
                : prepared.resolve(JavaRuntime.HOME).resolve("release");
        key.add(Files.exists(release) ? Files.readString(release) : release.toString());
        key.add(String.join(" ", modules()));
        return key.add(contents()).hex();
    }

    /** The gateway's files by what is in them, which takes a second to read: known jars are not read again. */
    private String contents() throws IOException {
        GatewayFiles files = new GatewayFiles(classPath);
        Optional<String> stamp = files.stamp();
        @Nullable
        String known = stamp.flatMap(seen -> cache.record(FILES, seen))
                .map(fields -> fields.get(CONTENT))
                .orElse(null);
        if (known != null) {
            return known;
        }
        Fingerprint content = new Fingerprint(FORMAT);
        files.addTo(content);
        String hex = content.hex();
        stamp.ifPresent(seen -> cache.putRecord(FILES, seen, Map.of(CONTENT, hex)));
        return hex;
    }

    private GatewayImage make(Platform platform, @Nullable Path prepared, String key) {
        Path work = cache.workFolder();
        try {
            Path root = work.resolve("root");
            if (prepared == null) {
                new JavaRuntime(java, modules()).put(root);
            } else {
                copy(prepared, root);
            }
            Files.createDirectories(root.resolve("etc"));
            Files.writeString(root.resolve("etc/passwd"), ACCOUNTS);
            Files.writeString(root.resolve("etc/group"), "root:x:0:\nvfaas:x:10001:\n");
            Files.writeString(root.resolve("etc/nsswitch.conf"), "hosts: files dns\n");
            List<Path> runtime = files(root, path -> true);
            new GatewayFiles(classPath).put(root, platform);
            for (Path file : files(root, path -> true)) {
                Files.setLastModifiedTime(file, TIME);
            }
            boolean trained = new StartCache(root, options()).train();
            if (trained) {
                Files.setLastModifiedTime(root.resolve(StartCache.PATH), TIME);
            }
            Path home = root.resolve(GatewayFiles.HOME);
            List<ImageDocuments.MadeLayer> layers = new ArrayList<>();
            layers.add(layer("runtime", root, runtime));
            layers.add(layer(
                    "libraries",
                    root,
                    files(
                            root,
                            path -> path.startsWith(home.resolve("lib")) || path.startsWith(home.resolve("native")))));
            layers.add(layer("gateway", root, List.of(home.resolve("gateway.jar"))));
            if (trained) {
                layers.add(layer("start-cache", root, List.of(root.resolve(StartCache.PATH))));
            }
            return document(platform, layers, jars(home), trained, key);
        } catch (IOException e) {
            throw Failure.failed("the gateway's image could not be made: " + e).because(e);
        } finally {
            FolderRemoval.remove(work);
        }
    }

    private static List<String> jars(Path home) throws IOException {
        List<String> jars = new ArrayList<>(List.of("/" + GatewayFiles.HOME + "/gateway.jar"));
        try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
            libraries
                    .map(library -> "/" + GatewayFiles.HOME + "/lib/" + library.getFileName())
                    .sorted()
                    .forEach(jars::add);
        }
        return jars;
    }

    private GatewayImage document(
            Platform platform, List<ImageDocuments.MadeLayer> layers, List<String> jars, boolean trained, String key)
            throws IOException {
        List<String> start = new ArrayList<>();
        start.add("/" + JavaRuntime.HOME + "/bin/java");
        if (trained) {
            start.add("-XX:AOTCache=/" + StartCache.PATH);
            start.add("-Xlog:aot=off");
            start.add("-Xlog:disable");
            start.add("-Xlog:all=error:stderr");
        }
        start.addAll(options());
        start.add("-Djava.library.path=/" + GatewayFiles.HOME + "/native");
        start.add("-Dorg.sqlite.lib.path=/" + GatewayFiles.HOME + "/native");
        start.add("-cp");
        start.add(String.join(":", jars));
        Map<String, String> mains = Map.of(
                GatewayImage.GATEWAY,
                "dev.vfaas.gateway.GatewayMain",
                GatewayImage.SMOKE,
                "dev.vfaas.gateway.smoke.SmokeFunction");
        Map<String, Descriptor> manifests = new LinkedHashMap<>();
        List<Descriptor> blobs = new ArrayList<>();
        layers.forEach(made -> blobs.add(new Descriptor(
                MediaTypes.LAYER_GZIP, made.layer().digest(), made.layer().size())));
        mains.forEach((name, main) -> {
            List<String> entrypoint = new ArrayList<>(start);
            entrypoint.add(main);
            ImagePlan plan = new ImagePlan(
                    name,
                    platform,
                    null,
                    null,
                    List.of(),
                    Map.of("PATH", "/" + JavaRuntime.HOME + "/bin", "LANG", "C.UTF-8"),
                    entrypoint,
                    USER,
                    Map.of("org.opencontainers.image.title", "vfaas " + name),
                    Map.of());
            ImageDocuments documents = new ImageDocuments();
            Descriptor config = blob(MediaTypes.CONFIG, documents.config(plan, null, layers));
            Descriptor manifest = blob(MediaTypes.MANIFEST, documents.manifest(config, null, layers, Map.of()));
            blobs.add(config);
            blobs.add(manifest);
            manifests.put(name, manifest);
        });
        Map<String, Long> sizes = new LinkedHashMap<>();
        layers.forEach(made -> sizes.put(made.name(), made.layer().size()));
        GatewayImage image = new GatewayImage(platform, manifests, blobs, sizes, trained, folder());
        cache.putRecord(KIND, key, GatewayImageText.fields(image));
        return image;
    }

    private Descriptor blob(String type, byte[] bytes) {
        return new Descriptor(type, cache.putBlob(bytes), bytes.length);
    }

    private Optional<GatewayImage> known(Platform platform, String key) {
        return cache.record(KIND, key)
                .map(fields -> GatewayImageText.image(platform, fields, folder()))
                .filter(image -> image.blobs().stream()
                        .allMatch(blob -> cache.blob(blob.digest()).isPresent()));
    }

    private ImageDocuments.MadeLayer layer(String name, Path root, List<Path> files) throws IOException {
        List<LayerEntry> entries = new ArrayList<>();
        for (Path file : files) {
            entries.add(new LayerEntry(
                    file,
                    "/" + root.relativize(file).toString(),
                    Files.isExecutable(file),
                    Files.size(file),
                    Fingerprint.hexOf(Files.readAllBytes(file))));
        }
        LayerStore store = new LayerStore(cache);
        String key = LayerStore.key(entries);
        Layer layer = store.find(key).orElseGet(() -> store.make(key, name, entries));
        return new ImageDocuments.MadeLayer(name, layer);
    }

    private static List<Path> files(Path root, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file.toRealPath(), target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** The JVM's options of every gateway, embedded or not. */
    private static List<String> options() throws IOException {
        return lines("/gateway.jvmoptions");
    }

    /** The modules of the Java runtime; scripts/gateway-runtime reads the same file. */
    private static List<String> modules() throws IOException {
        return lines("/gateway.modules");
    }

    private static List<String> lines(String name) throws IOException {
        try (InputStream resource = GatewayImageBuilder.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException(name.substring(1) + " is missing in this program");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }
}
