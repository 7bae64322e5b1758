package dev.vfaas.image.layer;

import java.nio.file.Path;

/**
 * One file of a layer.
 *
 * @param source a regular file on disk
 * @param target absolute path in the image, with {@code /}
 * @param executable mode 755 rather than 644; nothing else of the file's mode, owner or times goes into an image
 * @param size bytes
 * @param sha256 of the content, hexadecimal
 */
public record LayerEntry(Path source, String target, boolean executable, long size, String sha256) {}
