package dev.vfaas.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An image with this machine's own /usr/bin/python3, its standard library and the C library, in place of the official image, which no test may need
 * the world for.
 */
public final class PythonBase {
    private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s*)?(/\\S+)\\s+\\(0x");
    private static final Set<String> LEFT_OUT =
            Set.of("test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data", "dist-packages");

    /** What wheels for every Linux may need. */
    private static final List<String> BESIDE =
            List.of("libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libgcc_s.so.1", "libstdc++.so.6");

    private final Path root;
    private final String version;

    /** Collects it below an empty folder. */
    public PythonBase(Path root) throws IOException {
        this.root = root;
        Path python = Path.of("/usr/bin/python3").toRealPath();
        DockerRegistry.needs("python3");
        String[] told = DockerRegistry.runs(
                        python.toString(),
                        "-c",
                        "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sysconfig.get_path('stdlib'))")
                .strip()
                .split(" ");
        version = told[0];
        copy(python, Path.of("/usr/bin/python3"));
        Path library = Path.of(told[1]);
        try (Stream<Path> files = Files.walk(library)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String first = library.relativize(file).getName(0).toString();
                if (!LEFT_OUT.contains(first) && !first.startsWith("config-")) {
                    copy(file, file);
                }
            }
        }
        for (String shared : shared(python, library.resolve("lib-dynload"))) {
            copy(Path.of(shared).toRealPath(), Path.of(shared));
            for (String beside : BESIDE) {
                Path more = Path.of(shared).resolveSibling(beside);
                if (shared.contains("/libc.so") && Files.exists(more)) {
                    copy(more.toRealPath(), more);
                }
            }
        }
        Files.createDirectories(root.resolve("tmp"));
        DockerRegistry.runs("chmod", "1777", root.resolve("tmp").toString());
    }

    /** Major and minor version, for the build argument {@code PYTHON_VERSION}. */
    public String version() {
        return version;
    }

    /** Brings it to {@code HOST/library/python:VERSION-slim}, through an archive in a folder. */
    public void pushTo(DockerRegistry registry, Path folder) {
        Path archive = folder.resolve("python.tar");
        Path script = Path.of(System.getProperty("vfaas.basedir", "."), "scripts", "testbed", "image-archive");
        DockerRegistry.runs(
                "python3", script.toString(), "docker.io/test/python:1", root.toString(), archive.toString());
        DockerRegistry.runs(
                "skopeo",
                "copy",
                "-q",
                "--dest-tls-verify=false",
                "docker-archive:" + archive,
                "docker://" + registry.host() + "/library/python:" + version + "-slim");
    }

    private void copy(Path from, Path to) throws IOException {
        Path target = root.resolve(to.toString().substring(1));
        Files.createDirectories(target.getParent());
        Files.copy(from, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** Where the dynamic linker finds what these need. */
    private static Set<String> shared(Path python, Path modules) {
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(modules)) {
            List<Path> programs = Stream.concat(
                            Stream.of(python),
                            files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)))
                    .toList();
            for (Path program : programs) {
                Matcher library = LIBRARY.matcher(DockerRegistry.runs("ldd", program.toString()));
                while (library.find()) {
                    found.add(library.group(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
