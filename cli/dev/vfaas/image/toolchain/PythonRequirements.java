package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a requirements.txt asks for, with the files it includes (-r, -c).
 *
 * @param lines requirements and options without comments, each included file's lines after the line that includes it
 * @param packages true when at least one line asks for a package
 */
record PythonRequirements(List<String> lines, boolean packages) {
    static final String FILE = "requirements.txt";

    /** Reads the file of that folder; an absent one asks for nothing. Throws {@link Failure} when an included file is absent. */
    static PythonRequirements read(Path folder) {
        Path file = folder.resolve(FILE);
        List<String> lines = new ArrayList<>();
        boolean packages = Files.exists(file) && add(file, lines, new LinkedHashSet<>());
        return new PythonRequirements(List.copyOf(lines), packages);
    }

    private static boolean add(Path file, List<String> lines, Set<Path> seen) {
        if (!seen.add(file.normalize())) {
            return false;
        }
        boolean packages = false;
        for (String line : logicalLines(file)) {
            lines.add(line);
            String included = included(line);
            if (included != null) {
                Path other = file.resolveSibling(included);
                if (!Files.exists(other)) {
                    throw Failure.usage(file + " includes " + included + ", which does not exist");
                }
                packages |= add(other, lines, seen) && !line.startsWith("-c") && !line.startsWith("--constraint");
            } else if (!line.startsWith("-") || line.startsWith("-e") || line.startsWith("--editable")) {
                packages = true;
                Path local = file.resolveSibling(line.split("[ ;\\[]", 2)[0]);
                if (line.contains("/") && !line.contains("://") && Files.isRegularFile(local)) {
                    lines.add("# " + sha256(local)); // a wheel beside the file: its content counts, not its name
                }
            }
        }
        return packages;
    }

    /** The file that a line includes, null if it includes none. */
    private static @Nullable String included(String line) {
        for (String option : List.of("-r", "-c", "--requirement", "--constraint")) {
            if (line.startsWith(option)) {
                String rest = line.substring(option.length());
                if (rest.startsWith("=") || rest.startsWith(" ") || option.length() == 2) {
                    return rest.substring(rest.startsWith("=") ? 1 : 0).strip();
                }
            }
        }
        return null;
    }

    /** Lines without comments and blank ones, continued lines joined, as pip reads them. */
    private static List<String> logicalLines(Path file) {
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
        return text.replace("\uFEFF", "")
                .replace("\\\r\n", " ")
                .replace("\\\n", " ")
                .lines()
                .map(line -> line.replaceAll("(^|\\s)#.*$", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
