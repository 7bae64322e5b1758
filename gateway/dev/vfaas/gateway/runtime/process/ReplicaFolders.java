package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.FunctionDeployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/** What a replica owns on disk while it lives: {@code tmp/}, its secrets, and the record of its process. */
final class ReplicaFolders {
    private final Path folder;
    private final Path secretFolder;
    private final Secrets secrets;

    /**
     * @param folder holds one folder a replica
     * @param secretFolder holds the opened secrets of running replicas, one folder a replica; best in memory
     */
    ReplicaFolders(Path folder, Path secretFolder, Secrets secrets) throws IOException {
        this.folder = folder;
        this.secretFolder = secretFolder;
        this.secrets = secrets;
        Files.createDirectories(folder);
        Files.createDirectories(secretFolder);
    }

    Path folder() {
        return folder;
    }

    Path temporary(String replica) {
        return folder.resolve(replica).resolve("tmp");
    }

    Path secrets(String replica) {
        return secretFolder.resolve(replica);
    }

    /** Where the process of the replica is recorded. */
    Path record(String replica) {
        return folder.resolve(replica).resolve("process");
    }

    /** Makes the folders and writes the function's secrets, readable by this user alone. */
    void create(String replica, FunctionKey key, FunctionDeployment deployment) throws IOException {
        Files.createDirectories(temporary(replica), ownerOnly("rwx------"));
        Files.createDirectories(secrets(replica), ownerOnly("rwx------"));
        for (String name : deployment.secrets()) {
            Path file = secrets(replica).resolve(name);
            Files.deleteIfExists(file);
            Files.createFile(file, ownerOnly("rw-------"));
            Files.write(file, secrets.value(key.namespace(), name).reveal());
        }
    }

    /** Removes the folders; what cannot be removed now goes at the next start. */
    void delete(String replica) {
        try {
            LayerUnpacker.delete(secrets(replica));
            LayerUnpacker.delete(folder.resolve(replica));
        } catch (IOException e) {
            // a descendant still wrote: the next sweep removes it
        }
    }

    /** Removes the folders of all replicas, when none runs. */
    void sweep() throws IOException {
        for (Path parent : new Path[] {folder, secretFolder}) {
            try (var children = Files.list(parent)) {
                for (Path child : children.toList()) {
                    LayerUnpacker.delete(child);
                }
            }
        }
    }

    private FileAttribute<?>[] ownerOnly(String permissions) {
        return Files.getFileAttributeView(folder, PosixFileAttributeView.class) == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                };
    }
}
