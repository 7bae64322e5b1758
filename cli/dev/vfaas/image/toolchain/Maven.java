package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Maven on one function's folder: the wrapper there, else the {@code mvn} of the PATH.
 *
 * @param folder that holds pom.xml
 * @param jdk that runs it and compiles
 */
record Maven(Programs programs, Path folder, Jdk jdk) {
    private static final int MOST_LINES = 40;
    /** Some Mavens end their output with one, whatever they are told. */
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    /**
     * Runs goals and phases.
     *
     * @throws Failure with the lines Maven marked as errors
     */
    void run(String function, List<String> arguments, BuildLog log) throws InterruptedException {
        List<String> command = new ArrayList<>(program(function));
        command.addAll(List.of("--batch-mode", "--no-transfer-progress", "-Dstyle.color=never"));
        command.addAll(arguments);
        Programs.Result result =
                programs.run(command, folder, Map.of("JAVA_HOME", jdk.home().toString()), log);
        if (result.failed()) {
            throw Failure.failed("Maven could not build function " + function + " in " + folder + ":\n"
                    + errors(result).replace(folder + "/", ""));
        }
    }

    private List<String> program(String function) {
        if (!Files.exists(folder.resolve("pom.xml"))) {
            throw Failure.usage("function " + function + " has no pom.xml in " + folder);
        }
        boolean windows = File.separatorChar == '\\';
        Path wrapper = folder.resolve(windows ? "mvnw.cmd" : "mvnw");
        if (Files.exists(wrapper)) {
            // Through sh: a wrapper from an archive may have lost its executable bit.
            return windows ? List.of(wrapper.toString()) : List.of("sh", wrapper.toString());
        }
        return List.of(programs.find("mvn")
                .orElseThrow(
                        () -> Failure.failed("function " + function
                                        + " is built with Maven: there is no mvn on the PATH and no mvnw in " + folder)
                                .next(
                                        "apt install maven (Debian, Ubuntu), brew install maven (macOS), or https://maven.apache.org/download.cgi"))
                .toString());
    }

    /** Maven's error lines with what continues them, each once, without its advice about itself. */
    static String errors(Programs.Result result) {
        Set<String> errors = new LinkedHashSet<>();
        boolean inError = false;
        for (String coloured : result.lines()) {
            String line = COLOUR.matcher(coloured).replaceAll("");
            if (line.startsWith("[ERROR]")) {
                inError = true;
                add(errors, line.substring("[ERROR]".length()).replaceFirst("^ ", ""));
            } else if (line.startsWith("[")) {
                inError = false;
            } else if (inError) {
                add(errors, line);
            }
        }
        if (errors.isEmpty()) {
            return result.tail(20);
        }
        return String.join("\n", errors.stream().limit(MOST_LINES).toList());
    }

    private static void add(Set<String> errors, String line) {
        String text = line.replace("-> [Help 1]", "").stripTrailing();
        boolean advice = text.isBlank()
                // The compiler's own lines say it.
                || text.startsWith("COMPILATION ERROR")
                || text.startsWith("Failed to execute goal") && text.endsWith("Compilation failure")
                || text.contains("re-run Maven")
                || text.contains("Re-run Maven")
                || text.contains("For more information about the errors")
                || text.strip().startsWith("[Help ");
        if (!advice) {
            errors.add(text);
        }
    }
}
