package dev.vfaas.image.toolchain;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs a folder of classes so that the same classes make the same bytes everywhere: sorted, with one fixed time, and stored, since compressors differ
 * between machines. Layers are compressed as a whole anyway, and stored classes load faster.
 */
final class ReproducibleJar {
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private ReproducibleJar() {}

    /** Writes all files under {@code classes} to {@code jar}, whose folder is made. */
    static void pack(Path classes, Path jar) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(classes)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        Files.createDirectories(jar.getParent());
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name :
                    files.stream().map(file -> name(classes, file)).sorted().toList()) {
                byte[] content = Files.readAllBytes(classes.resolve(name));
                CRC32 checksum = new CRC32();
                checksum.update(content);
                ZipEntry entry = new ZipEntry(name);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.length);
                entry.setCrc(checksum.getValue());
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
    }

    private static String name(Path classes, Path file) {
        return classes.relativize(file).toString().replace('\\', '/');
    }
}
