package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.layer.LayerEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How {@code --tag} makes an image's tag from its sources; the words and the shapes are those of OpenFaaS's CLI. */
public enum TagMode {
    /** The tag as written, {@code latest} without one. */
    LATEST,
    /** {@code TAG-COMMIT}: the short commit id. */
    SHA,
    /** {@code TAG-BRANCH-COMMIT}. */
    BRANCH,
    /** {@code TAG-DESCRIPTION}: what git describe says. */
    DESCRIBE,
    /** The tag is replaced by 32 hexadecimal digits of the handler's content. */
    DIGEST;

    /** Reads the option's value; nothing, {@code default} and {@code latest} are the same. Throws a usage failure. */
    public static TagMode parse(String text) {
        return switch (text) {
            case "", "default", "latest" -> LATEST;
            case "sha" -> SHA;
            case "branch" -> BRANCH;
            case "describe" -> DESCRIBE;
            case "digest" -> DIGEST;
            default ->
                throw Failure.usage("--tag " + text + " is not known; use latest, sha, branch, describe or digest");
        };
    }

    /** The image under its tag of this mode; {@code handler} is what {@link #DIGEST} digests. */
    public ImageReference apply(ImageReference image, Path folder, HandlerContent handler) {
        String tag = image.tag() == null ? "latest" : image.tag();
        return switch (this) {
            case LATEST -> image;
            case SHA -> image.withTag(tag + "-" + commit(folder));
            case BRANCH ->
                image.withTag(
                        tag + "-" + tagged(git(folder, "rev-parse", "--abbrev-ref", "HEAD")) + "-" + commit(folder));
            case DESCRIBE -> image.withTag(tag + "-" + tagged(git(folder, "describe", "--tags", "--always")));
            case DIGEST -> image.withTag(digest(handler.files()));
        };
    }

    /** The files of a handler, read only when a tag depends on them. */
    @FunctionalInterface
    public interface HandlerContent {
        List<LayerEntry> files();
    }

    private static String digest(List<LayerEntry> files) {
        Fingerprint fingerprint = new Fingerprint("tag/1");
        files.forEach(file -> fingerprint.add(file.target()).add(file.sha256()));
        return fingerprint.hex().substring(0, 32);
    }

    private String commit(Path folder) {
        return git(folder, "rev-parse", "--short", "HEAD");
    }

    /** Text as a part of a tag: a branch such as {@code feature/x#1} has letters a tag cannot have. */
    static String tagged(String text) {
        return text.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^-+|-+$", "");
    }

    private String git(Path folder, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw Failure.failed("cannot make the tag \"" + name().toLowerCase(Locale.ROOT) + "\" in " + folder
                                + ": git says: " + answer)
                        .next("build inside a git repository with a commit, or leave --tag away");
            }
            return answer;
        } catch (IOException e) {
            throw Failure.failed("cannot make the tag: git does not run: " + e.getMessage())
                    .because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted");
        }
    }
}
