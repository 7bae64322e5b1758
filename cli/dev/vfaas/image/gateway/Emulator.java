package dev.vfaas.image.gateway;

import dev.vfaas.image.Platform;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What runs another architecture's programs on this machine: QEMU's user mode, when it is on the PATH. */
final class Emulator {
    /** Processors that know no more than the oldest servers of their architecture, so that nothing is remembered which those lack. */
    private static final List<String> ARM64 = List.of("qemu-aarch64", "cortex-a53");

    private static final List<String> AMD64 = List.of("qemu-x86_64", "qemu64");

    private final Platform platform;
    private final @Nullable String path;

    /**
     * @param platform of the programs
     * @param path folders to look for the emulator in; null for none
     */
    Emulator(Platform platform, @Nullable String path) {
        this.platform = platform;
        this.path = path;
    }

    /** What comes before a command line whose libraries lie below {@code root}; nothing for this machine's own programs, or without an emulator. */
    List<String> prefix(Path root) {
        Platform here = Platform.ofHost();
        if (path == null || here.architecture().equals(platform.architecture())) {
            return List.of();
        }
        List<String> names = platform.architecture().equals("arm64") ? ARM64 : AMD64;
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> Stream.of(
                        Path.of(folder, names.getFirst() + "-static"), Path.of(folder, names.getFirst())))
                .filter(Files::isExecutable)
                .findFirst()
                .map(emulator -> List.of(emulator.toString(), "-L", root.toString(), "-cpu", names.getLast()))
                .orElse(List.of());
    }
}
