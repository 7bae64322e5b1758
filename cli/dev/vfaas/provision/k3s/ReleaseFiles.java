package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Files of releases on this machine: fetched once into a cache, held against their checksums each time they are used. */
public final class ReleaseFiles {
    private final Path cache;
    private final OkHttpClient http;

    /** @param cache a folder of this program's; made when needed */
    public ReleaseFiles(Path cache) {
        this.cache = cache;
        this.http = new OkHttpClient.Builder()
                .connectTimeout(Duration.ofSeconds(10))
                .readTimeout(Duration.ofSeconds(30))
                .callTimeout(Duration.ofMinutes(10))
                .build();
    }

    /** A file that is here, and its checksum. */
    record Local(Path path, String sha256) {}

    /** The file could not be had, for a reason that another way to get it may not have. */
    static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The sum that the release's own list names, which must be the pinned one where there is one.
     *
     * @throws Failure exit 7 when list and pin differ or the list does not name the file
     */
    String sum(Origin origin, Release release, Architecture architecture, Artefact artefact) throws Unreachable {
        String list = read(origin, release.version(), architecture.sums());
        return sum(list, origin.describe(release.version(), architecture.sums()), release, artefact);
    }

    static String sum(String list, String where, Release release, Artefact artefact) {
        String listed = list.lines()
                .map(line -> line.strip().split("\\s+\\*?"))
                .filter(words -> words.length == 2 && words[1].equals(artefact.file()))
                .map(words -> words[0])
                .findFirst()
                .orElseThrow(() -> Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        where + " has no checksum of " + artefact.file() + "; nothing was installed"));
        Optional<String> pinned = release.sum(artefact.file());
        if (pinned.isPresent() && !pinned.get().equals(listed)) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            "the checksum of " + artefact.file() + " of " + release.version() + " in " + where + " is "
                                    + listed
                                    + ", but this version of vfaas knows it as " + pinned.get()
                                    + "; nothing was installed")
                    .next("find out who changed the release before you go on; --k3s VERSION takes another");
        }
        return listed;
    }

    /** The file, from the airgap folder, the cache, or its origin; {@code sha256} is empty when nothing is known to hold it against. */
    Local file(Origin origin, K3sVersion version, String file, String sha256) throws Unreachable {
        try {
            if (origin instanceof Origin.Airgap(Path folder)) {
                Path path = folder.resolve(file);
                if (!Files.isRegularFile(path)) {
                    throw Failure.usage("--airgap " + folder + " has no file " + file);
                }
                return checked(path, sha256, path.toString());
            }
            Path path = cache.resolve(version.toString()).resolve(file);
            if (Files.isRegularFile(path) && !sha256.isEmpty() && digest(path).equals(sha256)) {
                return new Local(path, sha256);
            }
            String url = origin.url(version, file);
            Files.createDirectories(path.toAbsolutePath().getParent());
            Path part = Files.createTempFile(path.toAbsolutePath().getParent(), "." + file, ".part");
            try {
                download(url, part);
                Local local = checked(part, sha256, url);
                Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return new Local(path, local.sha256());
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (Unreachable e) {
            throw e;
        } catch (IOException e) {
            throw Failure.failed("cannot keep " + file + " of K3s " + version + " on this machine: " + e)
                    .because(e);
        }
    }

    private String read(Origin origin, K3sVersion version, String file) throws Unreachable {
        Path path = file(origin, version, file, "").path();
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw Failure.failed("cannot read " + path + ": " + e).because(e);
        }
    }

    private void download(String url, Path part) throws IOException {
        try (Response response =
                        http.newCall(new Request.Builder().url(url).build()).execute();
                OutputStream out = Files.newOutputStream(part)) {
            if (!response.isSuccessful()) {
                throw new Unreachable(url + " answers " + response.code(), new IOException("HTTP " + response.code()));
            }
            response.body().byteStream().transferTo(out);
        } catch (Unreachable e) {
            throw e;
        } catch (IOException e) {
            throw new Unreachable(url + ": " + e.getMessage(), e);
        }
    }

    private static Local checked(Path path, String sha256, String where) throws IOException {
        String found = digest(path);
        if (!sha256.isEmpty() && !found.equals(sha256)) {
            throw mismatch(where, sha256, found);
        }
        return new Local(path, found);
    }

    /** Exit 7: what came is not what the checksum says. */
    static Failure mismatch(String where, String wanted, String found) {
        return Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        "the checksum of " + where + " is wrong: the release says " + wanted + ", what came has "
                                + (found.isBlank() ? "another" : found.strip()) + "; nothing was installed")
                .next("try again; if it stays so, the download is damaged on its way or was tampered with");
    }

    static String digest(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
