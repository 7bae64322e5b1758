package dev.vfaas.provision.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Makes a backup's file of what a server sends: the same entries, those of its file system below {@code root/}, and behind them the manifest with
 * their checksums.
 */
final class ArchiveWriter {
    /** The entry in which a server says what it is, {@code name=value} a line; and the folder of what was copied for the backup. */
    static final String FACTS = "facts";

    private static final String ROOT = "root/";
    private static final String COPIES = "data/";
    private static final int BUFFER = 1 << 16;

    private final String vfaas;
    private final String created;
    private final String host;
    private final LongConsumer progress;

    /** @param progress told the bytes that were taken in so far */
    ArchiveWriter(String vfaas, String created, String host, LongConsumer progress) {
        this.vfaas = vfaas;
        this.created = created;
        this.host = host;
        this.progress = progress;
    }

    /** Reads a gzipped tar to its end and writes the backup; closes neither. */
    Manifest write(InputStream in, OutputStream out) throws IOException {
        Map<String, String> sums = new LinkedHashMap<>();
        Map<String, String> facts = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        long taken = 0;
        GZIPOutputStream zipped = new GZIPOutputStream(out, BUFFER);
        TarArchiveOutputStream to = new TarArchiveOutputStream(zipped, StandardCharsets.UTF_8.name());
        to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        TarArchiveInputStream from =
                new TarArchiveInputStream(new GZIPInputStream(in, BUFFER), StandardCharsets.UTF_8.name());
        for (TarArchiveEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
            String name = entry.getName().replaceFirst("^\\./", "");
            if (name.equals(FACTS)) {
                parse(new String(from.readAllBytes(), StandardCharsets.UTF_8), facts, warnings);
                continue;
            }
            entry.setName(name.startsWith(COPIES) || name.startsWith(ROOT) ? name : ROOT + name);
            to.putArchiveEntry(entry);
            if (entry.isFile()) {
                sums.put(entry.getName(), copy(from, to));
                taken += entry.getSize();
                progress.accept(taken);
            }
            to.closeArchiveEntry();
        }
        Manifest manifest = new Manifest(vfaas, created, host, facts, warnings, sums);
        byte[] text = manifest.json().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry last = new TarArchiveEntry(Manifest.NAME);
        last.setSize(text.length);
        last.setMode(0600);
        to.putArchiveEntry(last);
        to.write(text);
        to.closeArchiveEntry();
        to.finish();
        zipped.finish();
        return manifest;
    }

    /** Copies an entry's content and returns its SHA-256. */
    private static String copy(InputStream from, OutputStream to) throws IOException {
        MessageDigest digest = sha256();
        from.transferTo(new DigestOutputStream(to, digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void parse(String text, Map<String, String> facts, List<String> warnings) {
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                String name = line.substring(0, equals);
                String value = line.substring(equals + 1).strip();
                if (name.equals("warning")) {
                    warnings.add(value);
                } else {
                    facts.put(name, value);
                }
            }
        });
    }
}
