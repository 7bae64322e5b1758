package dev.vfaas.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The known_hosts files of a host: what they say of its key, and where a new key is saved. */
final class KnownHosts {
    private final List<Path> files;
    private final String name;
    private final boolean hash;

    KnownHosts(HostSettings host) {
        this.files = host.knownHosts();
        this.name = host.knownAs();
        this.hash = host.hashKnownHosts();
    }

    /** What is known of a key. */
    sealed interface Verdict {
        /** It is the recorded one. */
        record Known(KnownHost entry) implements Verdict {}

        /** Nothing is recorded; {@code authority} is a line that trusts a certificate authority for the host, if there is one. */
        record Unknown(List<KnownHost> authority) implements Verdict {}

        /** Others are recorded. */
        record Changed(List<KnownHost> recorded) implements Verdict {}

        /** It is marked as revoked. */
        record Revoked(KnownHost entry) implements Verdict {}
    }

    /** Judges a key that the host has shown. */
    Verdict judge(PublicKeyBlob key) {
        List<KnownHost> entries = entries();
        List<KnownHost> recorded = new ArrayList<>();
        List<KnownHost> authorities = new ArrayList<>();
        KnownHost known = null;
        for (KnownHost entry : entries) {
            switch (entry.marker()) {
                case KnownHost.REVOKED -> {
                    if (entry.key().equals(key)) {
                        return new Verdict.Revoked(entry);
                    }
                }
                case KnownHost.AUTHORITY -> authorities.add(entry);
                case "" -> {
                    recorded.add(entry);
                    known = entry.key().equals(key) ? entry : known;
                }
                default -> {
                    // A marker of a later OpenSSH: nothing is to be concluded from it.
                }
            }
        }
        if (known != null) {
            return new Verdict.Known(known);
        }
        return recorded.isEmpty() ? new Verdict.Unknown(authorities) : new Verdict.Changed(recorded);
    }

    /** The types of the recorded keys, so that the host is asked for one of these. */
    List<String> recordedTypes() {
        return entries().stream()
                .filter(entry -> entry.marker().isEmpty())
                .map(entry -> entry.key().type())
                .distinct()
                .toList();
    }

    private List<KnownHost> entries() {
        List<KnownHost> entries = new ArrayList<>();
        for (Path file : files) {
            int number = 0;
            for (String line : lines(file)) {
                KnownHost entry = KnownHost.parse(file, ++number, line);
                if (entry != null && entry.names(name)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Records a key: one write at the end of the first file, which is made 0600 when it is new. */
    Path save(PublicKeyBlob key) throws IOException {
        Path file = files.getFirst();
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(folder, permissions(posix, "rwx------"));
        }
        String names = hash ? KnownHost.hashed(new SecureRandom().generateSeed(20), name) : name;
        String start = endsInTheMiddleOfALine(file) ? "\n" : "";
        ByteBuffer line =
                ByteBuffer.wrap((start + names + " " + key.line() + "\n").getBytes(StandardCharsets.US_ASCII));
        Set<StandardOpenOption> append = EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try (FileChannel channel = FileChannel.open(file, append, permissions(posix, "rw-------"))) {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
        return file;
    }

    private static boolean endsInTheMiddleOfALine(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            return last.get(0) != '\n';
        }
    }

    private static FileAttribute<?>[] permissions(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
