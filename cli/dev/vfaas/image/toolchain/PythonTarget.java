package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The interpreter of a Linux image, in the words of pip and uv.
 *
 * @param version of CPython, major and minor: {@code 3.12}
 * @param machine {@code x86_64} or {@code aarch64}
 * @param musl true for images with musl instead of glibc (Alpine)
 */
record PythonTarget(String version, String machine, boolean musl) {
    /** glibc of Debian 12, the oldest that current official Python images have; wheels for any older glibc run, too. */
    private static final int NEWEST_GLIBC = 36;

    /** The tag manylinux2014 stands for glibc 2.17, below which nothing is built for current Pythons. */
    private static final int OLDEST_GLIBC = 17;

    /** OpenFaaS's build argument of its Python templates. */
    private static final String ARGUMENT = "PYTHON_VERSION";

    /**
     * Reads the settings {@code python_version} and {@code python_libc} (glibc or musl) of template.yml; the build argument {@code PYTHON_VERSION} comes
     * before the first.
     */
    static PythonTarget of(FunctionSource source) {
        Map<String, String> settings = source.settings();
        Platform platform = source.platform();
        String asked = source.buildArguments().get(ARGUMENT);
        String version = asked != null ? minor(asked) : settings.getOrDefault("python_version", "3.12");
        if (!version.matches("3\\.\\d+")) {
            throw Failure.usage(
                    asked != null
                            ? "the build argument " + ARGUMENT + " is " + asked + ", not a version such as 3.12"
                            : "python_version " + version + " in template.yml is not a version such as 3.12");
        }
        String libc = settings.getOrDefault("python_libc", "glibc");
        if (!libc.equals("glibc") && !libc.equals("musl")) {
            throw Failure.usage("python_libc " + libc + " in template.yml is neither glibc nor musl");
        }
        return new PythonTarget(
                version, platform.architecture().equals("arm64") ? "aarch64" : "x86_64", libc.equals("musl"));
    }

    /** {@code 3.12} of {@code 3.12.4}. */
    private static String minor(String version) {
        return version.replaceFirst("^(\\d+\\.\\d+)\\.\\d+$", "$1");
    }

    /** Arguments of {@code uv pip install}; uv evaluates environment markers for this platform. */
    List<String> uvArguments() {
        String platform = musl ? machine + "-unknown-linux-musl" : machine + "-manylinux_2_" + NEWEST_GLIBC;
        return List.of("--python-platform", platform, "--python-version", version, "--only-binary", ":all:");
    }

    /** Arguments of {@code pip install}, which does not know that a newer glibc runs wheels for an older one. */
    List<String> pipArguments() {
        List<String> arguments = new ArrayList<>();
        for (String platform : platforms()) {
            arguments.add("--platform=" + platform + "_" + machine);
        }
        arguments.addAll(List.of(
                "--implementation=cp",
                "--python-version=" + version,
                "--abi=cp" + version.replace(".", ""),
                "--only-binary=:all:"));
        return arguments;
    }

    private List<String> platforms() {
        if (musl) {
            return List.of("musllinux_1_2", "musllinux_1_1");
        }
        List<String> platforms = new ArrayList<>();
        for (int glibc = NEWEST_GLIBC; glibc >= OLDEST_GLIBC; glibc--) {
            platforms.add("manylinux_2_" + glibc);
        }
        platforms.add("manylinux2014");
        return platforms;
    }

    /**
     * The lines of a Python program that make the pip it then runs ({@link PythonToolchain}) evaluate environment markers ({@code ; sys_platform == "linux"}) for this
     * target and not for the interpreter it runs on, which would leave packages out of the image without a word.
     */
    String pipMarkers() {
        return """
                try:
                    from pip._vendor.packaging import markers
                    own = markers.default_environment
                    target = dict(os_name="posix", sys_platform="linux", platform_system="Linux", platform_release="",
                                  platform_version="", platform_machine="%s", python_version="%s",
                                  python_full_version="%s.0", implementation_name="cpython",
                                  implementation_version="%s.0", platform_python_implementation="CPython")
                    markers.default_environment = lambda: {**own(), **target}
                except (ImportError, AttributeError):
                    print("this pip decides environment markers for this machine, not for the image; uv would do better")
                """.formatted(machine, version, version, version);
    }

    @Override
    public String toString() {
        return "CPython " + version + " on Linux " + machine + (musl ? " with musl" : "");
    }
}
