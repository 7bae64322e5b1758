package dev.vfaas.image.layer;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import com.jcraft.jzlib.Deflater;
import com.jcraft.jzlib.GZIPOutputStream;
import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.cache.FolderRemoval;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes one layer with Jib's reproducible archive: entries sorted, owner 0:0, one second after the epoch, mode 755 or 644, parent folders added;
 * then gzip. The same entries give the same bytes on every machine.
 *
 * <p>The one class that knows Jib, so a build that makes no layer loads none of it. The builder of the archive is public but not part of Jib's
 * {@code api} package: it streams straight into the blob, where the supported way writes each layer three times.
 */
final class LayerArchive {
    private static final int BUFFER = 65_536;
    private static final int LEVEL = 6;
    private static final int WINDOW_BITS = 15;
    /** Added to the window's bits it asks for gzip's frame in place of zlib's. */
    private static final int GZIP = 16;

    private final BuildCache cache;

    LayerArchive(BuildCache cache) {
        this.cache = cache;
    }

    /** Makes the layer and keeps it in the cache's blobs. */
    Layer make(String name, List<LayerEntry> entries) {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        long contentSize = 0;
        for (LayerEntry entry : entries) {
            layer.addEntry(
                    entry.source(),
                    AbsoluteUnixPath.get(entry.target()),
                    FilePermissions.fromOctalString(entry.executable() ? "755" : "644"));
            contentSize += entry.size();
        }
        Path work = cache.workFolder();
        try {
            Path blob = work.resolve("layer.tar.gz");
            MessageDigest compressed = Fingerprint.sha256();
            MessageDigest plain = Fingerprint.sha256();
            try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(blob), BUFFER);
                    OutputStream gzip = gzip(new DigestOutputStream(file, compressed));
                    OutputStream tar = new DigestOutputStream(new BufferedOutputStream(gzip, BUFFER), plain)) {
                new ReproducibleLayerBuilder(ImmutableList.copyOf(layer.build().getEntries()))
                        .build()
                        .writeTo(tar);
            }
            String digest = hex(compressed);
            long size = Files.size(blob);
            cache.adoptBlob(blob, digest);
            return new Layer(digest, size, hex(plain), entries.size(), contentSize);
        } catch (IOException e) {
            throw Failure.failed("cannot make the layer \"" + name + "\": " + e).because(e);
        } finally {
            FolderRemoval.remove(work);
        }
    }

    /** Pure Java at zlib's default level: java.util.zip would compress with whatever zlib the JDK of a machine has. */
    private static OutputStream gzip(OutputStream out) throws IOException {
        return new GZIPOutputStream(out, new Deflater(LEVEL, WINDOW_BITS + GZIP), BUFFER, true);
    }

    private static String hex(MessageDigest digest) {
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }
}
