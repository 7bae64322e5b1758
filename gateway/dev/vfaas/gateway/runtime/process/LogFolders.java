package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Where functions' logs lie: one folder each, named by the function. */
final class LogFolders {
    private final Path folder;
    private final long fileBytes;

    /** @param fileBytes size at which a log's file is replaced */
    LogFolders(Path folder, long fileBytes) throws IOException {
        this.folder = folder;
        this.fileBytes = fileBytes;
        Files.createDirectories(folder);
    }

    /** Opens a function's log, new or as it was left. */
    FunctionLog open(FunctionKey key) throws IOException {
        return new FunctionLog(folder.resolve(key.toString()), fileBytes);
    }

    /** Removes the logs of all functions but these. */
    void sweep(Collection<FunctionKey> functions) throws IOException {
        Set<String> kept = functions.stream().map(FunctionKey::toString).collect(Collectors.toSet());
        try (var children = Files.list(folder)) {
            for (Path child : children.toList()) {
                if (Files.isDirectory(child)
                        && !kept.contains(child.getFileName().toString())) {
                    LayerUnpacker.delete(child);
                }
            }
        }
    }
}
