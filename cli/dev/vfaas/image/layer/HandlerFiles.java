package dev.vfaas.image.layer;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.FileHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lists a user's files as entries of the handler layer. Links are followed as long as they stay inside the folder. */
public final class HandlerFiles {
    private final FileHashes hashes;

    public HandlerFiles(FileHashes hashes) {
        this.hashes = hashes;
    }

    /**
     * The files under {@code handler} and the extra paths, sorted by their place in the image.
     *
     * @param copies extra files and folders: their path below {@code target}, and where they lie
     * @param target absolute folder of the image, without a {@code /} at its end; empty for paths relative to it
     * @throws Failure for a folder that does not exist, holds nothing, or has a link that leads out of it or nowhere
     */
    public List<LayerEntry> list(Path handler, Map<String, Path> copies, String target) {
        return list(handler, copies, target, IgnoreRules.of(handler));
    }

    /** The same for the build context of a Dockerfile, where {@code .dockerignore} alone says what stays out. */
    public List<LayerEntry> context(Path handler, Map<String, Path> copies, String target) {
        return list(handler, copies, target, IgnoreRules.of(handler).onlyAsWritten());
    }

    private List<LayerEntry> list(Path handler, Map<String, Path> copies, String target, IgnoreRules rules) {
        if (!Files.isDirectory(handler)) {
            throw Failure.usage("the handler folder " + handler + " does not exist");
        }
        Map<String, Path> found = new LinkedHashMap<>();
        walk(handler, realPath(handler), "", rules, found);
        copies.forEach((path, source) -> {
            if (!Files.exists(source)) {
                throw Failure.usage("cannot copy " + source + " into the function: it does not exist");
            }
            if (Files.isDirectory(source)) {
                walk(source, realPath(source), path, IgnoreRules.of(source), found);
            } else {
                found.put(path, source);
            }
        });
        List<Map.Entry<String, Path>> files = new ArrayList<>(found.entrySet());
        files.sort(Map.Entry.comparingByKey(Comparator.naturalOrder()));
        Stream<Map.Entry<String, Path>> stream = files.size() > 32 ? files.parallelStream() : files.stream();
        String prefix = target.isEmpty() ? "" : target + "/";
        return stream.map(file -> entry(file.getValue(), prefix + file.getKey()))
                .toList();
    }

    private LayerEntry entry(Path file, String target) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new LayerEntry(
                    file, target, Files.isExecutable(file), attributes.size(), hashes.of(file, attributes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void walk(Path root, Path realRoot, String prefix, IgnoreRules rules, Map<String, Path> found) {
        walk(root, realRoot, "", prefix, rules, found, List.of(realRoot));
    }

    private static void walk(
            Path folder,
            Path realRoot,
            String relative,
            String prefix,
            IgnoreRules rules,
            Map<String, Path> found,
            List<Path> parents) {
        List<Path> children;
        try (Stream<Path> listing = Files.list(folder)) {
            children = listing.sorted().toList();
        } catch (IOException e) {
            throw Failure.failed("cannot read the folder " + folder + ": " + e.getMessage())
                    .because(e);
        }
        for (Path child : children) {
            String path = relative.isEmpty() ? child.getFileName().toString() : relative + "/" + child.getFileName();
            if (rules.neverWanted(path)) {
                continue;
            }
            boolean link = Files.isSymbolicLink(child);
            if (link && !rules.ignores(path)) {
                requireInside(child, realRoot);
            }
            if (Files.isDirectory(child)) {
                Path real = realPath(child);
                if (parents.contains(real)) {
                    throw Failure.failed("the link " + child + " leads to a folder that holds it");
                }
                List<Path> chain = new ArrayList<>(parents);
                chain.add(real);
                walk(child, realRoot, path, prefix, rules, found, chain);
            } else if (!rules.ignores(path) && Files.isRegularFile(child)) {
                found.put(prefix.isEmpty() ? path : prefix + "/" + path, child);
            }
        }
    }

    private static void requireInside(Path link, Path realRoot) {
        if (!Files.exists(link)) {
            throw Failure.failed("the link " + link + " leads nowhere").next("remove it or name it in .dockerignore");
        }
        if (!realPath(link).startsWith(realRoot)) {
            throw Failure.failed("the link " + link + " leads out of " + realRoot
                            + ", so what it means depends on this machine")
                    .next("copy the file, or list its path under configuration.copy in the stack file");
        }
    }

    private static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of a folder that a toolchain made, unsorted names made absolute under {@code target}; links are followed. */
    public static List<LayerEntry> made(Path folder, String target) {
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<LayerEntry> entries = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = folder.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "/");
                entries.add(new LayerEntry(file, target + "/" + path, Files.isExecutable(file), Files.size(file), ""));
            }
            entries.sort(Comparator.comparing(LayerEntry::target));
            return List.copyOf(entries);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
