package dev.vfaas.provision.backup;

import dev.vfaas.console.Failure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a backup from end to end and holds every entry against the manifest. */
public final class ArchiveReader {
    private static final String STATE = "root/var/lib/vfaas/state.json";
    private static final int STATE_LIMIT = 4 << 20;

    /**
     * A backup that is whole.
     *
     * @param sha256 of the file
     * @param unpacked bytes of all its entries
     * @param state what vfaas kept on the server it was made of; empty when nothing
     */
    public record Checked(Path file, String sha256, long unpacked, Manifest manifest, String state) {}

    /** A usage failure when the file is no backup, was cut off, or was changed. */
    public Checked check(Path file) {
        if (!Files.isRegularFile(file)) {
            throw Failure.usage("there is no file " + file).next("vfaas backup HOST -o " + file + " makes one");
        }
        MessageDigest whole = ArchiveWriter.sha256();
        Map<String, String> found = new LinkedHashMap<>();
        String manifest = null;
        String state = "";
        long unpacked = 0;
        try (InputStream in =
                new DigestInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), whole)) {
            TarArchiveInputStream tar =
                    new TarArchiveInputStream(new GZIPInputStream(in, 1 << 16), StandardCharsets.UTF_8.name());
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                requireInside(entry, file);
                if (entry.getName().equals(Manifest.NAME)) {
                    manifest = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
                } else if (entry.isFile()) {
                    MessageDigest digest = ArchiveWriter.sha256();
                    if (entry.getName().equals(STATE) && entry.getSize() < STATE_LIMIT) {
                        byte[] bytes = tar.readAllBytes();
                        digest.update(bytes);
                        state = new String(bytes, StandardCharsets.UTF_8);
                    } else {
                        new DigestInputStream(tar, digest).transferTo(java.io.OutputStream.nullOutputStream());
                    }
                    found.put(entry.getName(), HexFormat.of().formatHex(digest.digest()));
                    unpacked += entry.getSize();
                }
            }
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw Failure.usage(file + " cannot be read as a backup: " + e.getMessage()
                            + "; it was cut off, or is something else")
                    .because(e);
        }
        return new Checked(
                file, HexFormat.of().formatHex(whole.digest()), unpacked, compared(manifest, found, file), state);
    }

    private static void requireInside(TarArchiveEntry entry, Path file) {
        if (entry.getName().startsWith("/")
                || List.of(entry.getName().split("/")).contains("..")) {
            throw Failure.usage(file + " is no backup of vfaas's: it holds " + entry.getName());
        }
    }

    private static Manifest compared(@Nullable String text, Map<String, String> found, Path file) {
        if (text == null) {
            throw Failure.usage(file + " has no manifest: it was cut off, or is no backup of vfaas's");
        }
        Manifest manifest = Manifest.parse(text, file.toString());
        List<String> wrong = new ArrayList<>();
        manifest.files().forEach((name, sum) -> {
            if (!sum.equals(found.get(name))) {
                wrong.add(name);
            }
        });
        found.keySet().stream()
                .filter(name -> !manifest.files().containsKey(name))
                .forEach(wrong::add);
        if (!wrong.isEmpty()) {
            throw Failure.usage(file + " is damaged; these are not what the manifest says: "
                            + String.join(", ", wrong.subList(0, Math.min(5, wrong.size()))))
                    .next("take another backup");
        }
        return manifest;
    }
}
