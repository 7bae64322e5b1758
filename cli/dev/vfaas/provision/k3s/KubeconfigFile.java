package dev.vfaas.provision.k3s;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.context.FileTurn;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * The person's own kubeconfig: the first file of {@code KUBECONFIG}, else {@code ~/.kube/config}. It is replaced whole (0600) or not at all, and
 * what it was before stays beside it as {@code config.vfaas-backup}.
 */
public final class KubeconfigFile {
    private final Path path;

    public KubeconfigFile(Environment environment) {
        String variable = environment.get("KUBECONFIG");
        String first = variable == null ? "" : variable.split(File.pathSeparator, -1)[0];
        this.path =
                first.isEmpty() ? environment.home().resolve(".kube").resolve("config") : environment.resolve(first);
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /** Whether it holds the access to the cluster of the host that is called so. */
    public boolean knows(String name) {
        return read().source(name).isPresent();
    }

    Kubeconfig read() {
        return Kubeconfig.parse(text(), path.toString());
    }

    private String text() {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw Failure.failed("cannot read " + path + ": " + e).because(e);
        }
    }

    /** Changes the file while no other run does; when nothing changes it is not touched. */
    void change(Consumer<Kubeconfig> change) {
        new FileTurn(path).take(() -> changeNow(change));
    }

    private void changeNow(Consumer<Kubeconfig> change) {
        String old = text();
        Kubeconfig kubeconfig = Kubeconfig.parse(old, path.toString());
        String before = kubeconfig.text();
        change.accept(kubeconfig);
        if (kubeconfig.text().equals(before)) {
            return;
        }
        try {
            // A symbolic link stays one: what it points to is replaced.
            Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
            Path folder = target.getParent();
            if (folder == null) {
                throw new IOException("it has no folder");
            }
            Files.createDirectories(folder);
            if (!old.isEmpty()) {
                write(target.resolveSibling(target.getFileName() + ".vfaas-backup"), folder, old);
            }
            write(target, folder, kubeconfig.text());
        } catch (IOException e) {
            throw Failure.failed("cannot write " + path + ": " + e).because(e);
        }
    }

    private static void write(Path target, Path folder, String text) throws IOException {
        // Files.createTempFile makes files that only their owner may read.
        Path temporary = Files.createTempFile(folder, "." + target.getFileName(), ".tmp");
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
