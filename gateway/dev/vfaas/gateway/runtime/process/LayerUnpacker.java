package dev.vfaas.gateway.runtime.process;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks the layers of an OCI image (image-spec, layer.md: tar, gzip, zstd, whiteouts) into a folder. Nothing is ever written outside of it: a path
 * that leaves it is refused, and a symbolic link on the way to a file is followed as if the folder were the root of the file system. Permission bits
 * are kept, owners and devices are not.
 */
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MOST_LINKS = 40;

    private final Path root;
    private final boolean closed;
    private final boolean posix;
    private final Map<Path, Integer> folderModes = new LinkedHashMap<>();

    /**
     * Unpacks below {@code root}, which exists and is empty.
     *
     * @param closed refuse symbolic links that lead out of the folder, for content that runs without a root of its own
     */
    LayerUnpacker(Path root, boolean closed) {
        this.root = root;
        this.closed = closed;
        this.posix = Files.getFileAttributeView(root, PosixFileAttributeView.class) != null;
    }

    /** Unpacks the layers in order, lowest first. IOException names the layer and entry that cannot be unpacked. */
    void unpack(List<Path> layers) throws IOException {
        for (Path layer : layers) {
            try (InputStream file = new BufferedInputStream(Files.newInputStream(layer), 1 << 16);
                    TarArchiveInputStream tar = new TarArchiveInputStream(decompressed(file), "UTF-8")) {
                unpack(tar);
            }
        }
        for (Map.Entry<Path, Integer> folder : folderModes.entrySet()) {
            setMode(folder.getKey(), folder.getValue() | 0700); // the gateway must be able to remove it again
        }
    }

    private void unpack(TarArchiveInputStream tar) throws IOException {
        Set<Path> added = new HashSet<>();
        TarArchiveEntry entry;
        while ((entry = tar.getNextEntry()) != null) {
            Path relative = relative(entry.getName());
            Path name = relative.getFileName();
            if (name == null || relative.toString().isEmpty()) {
                continue; // the root itself
            }
            Path parent = folder(relative.getParent(), entry.getName());
            if (name.toString().equals(OPAQUE)) {
                clear(parent, added);
            } else if (name.toString().startsWith(WHITEOUT)) {
                String hidden = name.toString().substring(WHITEOUT.length());
                if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
                    throw refused(entry.getName(), "is no whiteout of a file");
                }
                Path target = parent.resolve(hidden);
                if (!added.contains(target)) {
                    delete(target);
                }
            } else {
                write(tar, entry, parent.resolve(name.toString()));
                added.add(parent.resolve(name.toString()));
            }
        }
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                delete(target);
                Files.createDirectory(target);
            }
            folderModes.put(target, entry.getMode());
            return;
        }
        if (entry.isSymbolicLink()) {
            if (closed && leaves(target, entry.getLinkName())) {
                throw refused(entry.getName(), "is a link to " + entry.getLinkName() + ", outside of the image");
            }
            delete(target);
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        if (entry.isLink()) {
            Path existing = relative(entry.getLinkName());
            Path source = folder(existing.getParent(), entry.getName())
                    .resolve(existing.getFileName().toString());
            if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
                throw refused(entry.getName(), "is a hard link to " + entry.getLinkName() + ", which is no file");
            }
            delete(target);
            Files.createLink(target, source);
            return;
        }
        if (!entry.isFile()) {
            return; // devices and FIFOs cannot be made without privileges; what needs them finds /dev mounted
        }
        delete(target);
        try (var out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            tar.transferTo(out);
        }
        setMode(target, entry.getMode());
        Files.setLastModifiedTime(
                target, FileTime.from(entry.getLastModifiedTime().toInstant()));
    }

    /** The entry's path inside the image; refuses one that would climb out. */
    private static Path relative(String name) throws IOException {
        if (name.indexOf('\0') >= 0 || name.startsWith("/") || name.matches("(?s).*\\\\.*") && isWindows()) {
            throw refused(name, "is not a relative path");
        }
        Path path = Path.of(name);
        if (path.isAbsolute()) {
            throw refused(name, "is not a relative path");
        }
        for (Path part : path) {
            if (part.toString().equals("..")) {
                throw refused(name, "climbs out of the image");
            }
        }
        return path.normalize();
    }

    private static boolean isWindows() {
        return java.io.File.separatorChar == '\\';
    }

    /** The real folder a parent path stands for, links followed inside the root; missing folders are made. */
    private Path folder(@org.jspecify.annotations.Nullable Path relative, String entry) throws IOException {
        Path at = root;
        if (relative == null) {
            return at;
        }
        var rest = new java.util.ArrayDeque<String>();
        relative.forEach(part -> rest.add(part.toString()));
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.removeFirst();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) { // out of a link's target; as in a chroot, the root's parent is the root
                Path above = at.getParent();
                at = at.equals(root) || above == null ? root : above;
                continue;
            }
            Path next = at.resolve(part);
            if (Files.isSymbolicLink(next)) {
                if (++links > MOST_LINKS) {
                    throw refused(entry, "lies behind too many links");
                }
                String target = Files.readSymbolicLink(next).toString();
                at = target.startsWith("/") ? root : at;
                List<String> parts = List.of(target.split("/"));
                parts.reversed().forEach(rest::addFirst);
                continue;
            }
            if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                delete(next);
                Files.createDirectory(next);
            }
            at = next;
        }
        return at;
    }

    private boolean leaves(Path link, String target) {
        if (target.startsWith("/") || Path.of(target).isAbsolute()) {
            return true;
        }
        return !link.resolveSibling(target).normalize().startsWith(root);
    }

    private void setMode(Path path, int mode) throws IOException {
        if (!posix) {
            return;
        }
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] bits = { // from others' x, bit 0, to the owner's r, bit 8
            PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
        };
        for (int bit = 0; bit < bits.length; bit++) {
            if ((mode & (1 << bit)) != 0) {
                permissions.add(bits[bit]);
            }
        }
        Files.setPosixFilePermissions(path, permissions);
    }

    /** Removes what lower layers put into a folder. */
    private static void clear(Path folder, Set<Path> keep) throws IOException {
        try (var children = Files.list(folder)) {
            for (Path child : children.toList()) {
                if (keep.stream().noneMatch(kept -> kept.startsWith(child))) {
                    delete(child);
                }
            }
        }
    }

    /** Removes a file, a link, or a folder with all it holds; nothing when it does not exist. Links are not followed. */
    static void delete(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(path);
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static InputStream decompressed(InputStream file) throws IOException {
        file.mark(4);
        byte[] magic = file.readNBytes(4);
        file.reset();
        if (magic.length > 1 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new BufferedInputStream(new GZIPInputStream(file, 1 << 16), 1 << 16);
        }
        if (magic.length == 4
                && (magic[0] & 0xff) == 0x28
                && (magic[1] & 0xff) == 0xb5
                && (magic[2] & 0xff) == 0x2f
                && (magic[3] & 0xff) == 0xfd) {
            return new BufferedInputStream(new ZstdInputStream(file), 1 << 16);
        }
        return file;
    }

    private static IOException refused(String entry, String why) {
        return new IOException("the layer's entry \"" + entry + "\" " + why);
    }
}
