package dev.vfaas.image.gateway;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The gateway's own files in the image: of this program's class path only what the gateway needs. Native libraries lie beside the jars, so that
 * nothing is unpacked at a start, and those of other platforms are left out.
 */
final class GatewayFiles {
    /** Where everything of ours lies in the image. */
    static final String HOME = "usr/lib/vfaas";

    /** Jars of the class path the gateway runs with, by the beginning of their names. The command's own (SSH, Jib, OkHttp) are not among them. */
    private static final List<String> LIBRARIES = List.of(
            "jackson-",
            "jnats-",
            "jspecify-",
            "kubernetes-",
            "netty-",
            "slf4j-",
            "snakeyaml-",
            "sqlite-jdbc-",
            "zjsonpatch-");

    /** Of those, what no part of the gateway loads. */
    private static final List<String> UNUSED = List.of(
            "jackson-core-3",
            "jackson-databind-3",
            "netty-codec-classes-quic",
            "netty-codec-dns",
            "netty-codec-http2",
            "netty-codec-http3",
            "netty-codec-socks",
            "netty-handler-proxy",
            "netty-resolver-dns",
            "netty-tcnative");

    /** Parts of this program the gateway is made of. */
    private static final List<String> OWN = List.of("dev/vfaas/gateway/", "dev/vfaas/openfaas/", "dev/vfaas/console/");

    private final List<Path> classPath;

    /** @param classPath of this program: jars, and folders of classes when it runs from a build */
    GatewayFiles(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
    }

    /** Adds all that decides what {@link #put} writes: the gateway's own classes and its libraries. */
    void addTo(Fingerprint key) throws IOException {
        for (var entry : ownClasses().entrySet()) {
            key.add(entry.getKey()).add(Fingerprint.hexOf(entry.getValue().bytes()));
        }
        for (Path library : libraries()) {
            key.add(library.getFileName().toString()).add(Fingerprint.hexOf(Files.readAllBytes(library)));
        }
    }

    /**
     * What tells, without reading them, whether the files are those of another time: paths, sizes and times of all jars; empty when this program runs
     * from a folder of classes.
     */
    Optional<String> stamp() throws IOException {
        Fingerprint stamp = new Fingerprint("gateway-files/1");
        for (Path jar : Stream.concat(own().stream(), libraries().stream()).toList()) {
            if (!Files.isRegularFile(jar)) {
                return Optional.empty();
            }
            stamp.add(jar.toAbsolutePath().toString())
                    .add(Long.toString(Files.size(jar)))
                    .add(Files.getLastModifiedTime(jar).toInstant().toString());
        }
        return Optional.of(stamp.hex());
    }

    private TreeMap<String, Content> ownClasses() throws IOException {
        TreeMap<String, Content> classes = new TreeMap<>();
        for (Path source : own()) {
            collect(
                    source,
                    classes,
                    name -> OWN.stream().anyMatch(name::startsWith) || name.equals("META-INF/MANIFEST.MF"));
        }
        return classes;
    }

    /** Writes gateway.jar, lib/ and native/ below {@code root}. */
    void put(Path root, Platform platform) throws IOException {
        Path home = root.resolve(HOME);
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("native"));
        write(home.resolve("gateway.jar"), ownClasses());
        for (Path library : libraries()) {
            put(library, home, platform);
        }
    }

    /** A library without native parts; this platform's native part beside it. */
    private static void put(Path library, Path home, Platform platform) throws IOException {
        TreeMap<String, Content> entries = new TreeMap<>();
        collect(library, entries, name -> !nativePart(name));
        TreeMap<String, Content> natives = new TreeMap<>();
        collect(library, natives, name -> nativePart(name) && ofPlatform(name, platform));
        for (var part : natives.entrySet()) {
            String name = part.getKey();
            Files.write(
                    home.resolve("native").resolve(name.substring(name.lastIndexOf('/') + 1)),
                    part.getValue().bytes());
        }
        if (entries.keySet().stream().anyMatch(name -> name.endsWith(".class") && !name.equals("module-info.class"))) {
            write(home.resolve("lib").resolve(library.getFileName().toString()), entries);
        }
    }

    private static boolean nativePart(String name) {
        return name.endsWith(".so")
                || name.endsWith(".dll")
                || name.endsWith(".dylib")
                || name.endsWith(".jnilib")
                || name.endsWith(".a");
    }

    private static boolean ofPlatform(String name, Platform platform) {
        boolean arm = platform.architecture().equals("arm64");
        return name.startsWith("org/sqlite/native/Linux/" + (arm ? "aarch64/" : "x86_64/"))
                || name.startsWith("META-INF/native/") && name.endsWith(arm ? "_aarch_64.so" : "_x86_64.so");
    }

    private List<Path> own() {
        return classPath.stream()
                .filter(path -> Files.isDirectory(path)
                        ? Files.isDirectory(path.resolve("dev/vfaas/gateway"))
                        : path.getFileName().toString().startsWith("vfaas"))
                .toList();
    }

    private List<Path> libraries() {
        return classPath.stream()
                .filter(path -> LIBRARIES.stream().anyMatch(path.getFileName().toString()::startsWith))
                .filter(path -> UNUSED.stream().noneMatch(path.getFileName().toString()::startsWith))
                .filter(Files::isRegularFile)
                .sorted((one, other) -> one.getFileName().compareTo(other.getFileName()))
                .toList();
    }

    /** Bytes that are read when they are needed. */
    @FunctionalInterface
    private interface Content {
        byte[] bytes() throws IOException;
    }

    private static void collect(Path source, TreeMap<String, Content> into, Predicate<String> wanted)
            throws IOException {
        if (Files.isDirectory(source)) {
            List<Path> files = new ArrayList<>();
            try (Stream<Path> all = Files.walk(source)) {
                all.filter(Files::isRegularFile).forEach(files::add);
            }
            for (Path file : files) {
                String name = source.relativize(file).toString().replace('\\', '/');
                if (wanted.test(name)) {
                    into.put(name, () -> Files.readAllBytes(file));
                }
            }
            return;
        }
        try (ZipFile zip = new ZipFile(source.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                if (!entry.isDirectory() && wanted.test(entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        byte[] bytes = in.readAllBytes();
                        into.put(entry.getName(), () -> bytes);
                    }
                }
            }
        }
    }

    /** The same entries give the same bytes. Not compressed: the layer is, and a start reads plain entries faster. */
    private static void write(Path jar, TreeMap<String, Content> entries) throws IOException {
        if (entries.isEmpty()) {
            throw Failure.failed(
                    "nothing to put into " + jar.getFileName() + ": the class path of this program is not as expected");
        }
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            List<String> names = new ArrayList<>(entries.keySet());
            if (names.remove("META-INF/MANIFEST.MF")) {
                names.addFirst("META-INF/MANIFEST.MF");
            }
            for (String name : names) {
                byte[] bytes = Objects.requireNonNull(entries.get(name)).bytes();
                ZipEntry entry = new ZipEntry(name);
                entry.setLastModifiedTime(FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
                entry.setSize(bytes.length);
                entry.setCompressedSize(bytes.length);
                java.util.zip.CRC32 crc = new java.util.zip.CRC32();
                crc.update(bytes);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(bytes);
                zip.closeEntry();
            }
        }
    }
}
