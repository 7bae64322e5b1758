package dev.vfaas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.console.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/commands.md is what the commands say of themselves. After changing one: {@code VFAAS_UPDATE_DOCS=1 ./mvnw -Dquick test
 * -Dtest=CommandPagesTest}.
 */
class CommandPagesTest {
    private static final Path PAGE =
            Path.of(System.getProperty("vfaas.basedir", ".")).resolve("docs/commands.md");
    private static final Pattern ROW = Pattern.compile("^ {2}([a-z][a-z-]*)(?:, [a-z, -]+)? {2,}\\S.*");

    @Test
    void pageShowsEveryCommand() throws IOException {
        StringBuilder page = new StringBuilder("# Commands\n\nMade from the commands' own help.\n");
        write(page, List.of());
        if (System.getenv("VFAAS_UPDATE_DOCS") != null) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
    }

    @Test
    void everyCommandHasExamples() {
        for (List<String> command : commands(List.of())) {
            assertThat(help(command)).as("vfaas " + String.join(" ", command)).containsAnyOf("Example", "Commands:");
        }
    }

    private static void write(StringBuilder page, List<String> command) {
        String title = ("vfaas " + String.join(" ", command)).strip();
        page.append("\n## ")
                .append(title)
                .append("\n\n```\n")
                .append(help(command))
                .append("```\n");
        subcommands(command).forEach(name -> write(page, append(command, name)));
    }

    private static List<List<String>> commands(List<String> command) {
        List<List<String>> all = new ArrayList<>(List.of(command));
        subcommands(command).forEach(name -> all.addAll(commands(append(command, name))));
        return all;
    }

    private static List<String> append(List<String> command, String name) {
        List<String> longer = new ArrayList<>(command);
        longer.add(name);
        return longer;
    }

    private static List<String> subcommands(List<String> command) {
        List<String> names = new ArrayList<>();
        boolean listed = false;
        for (String line : help(command).split("\n")) {
            listed = line.equals("Commands:") || (listed && line.startsWith("  "));
            Matcher row = ROW.matcher(line);
            if (listed && row.matches()) {
                names.add(row.group(1));
            }
        }
        return names;
    }

    private static String help(List<String> command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Path nowhere = Path.of("/nonexistent");
        Environment environment = new Environment(Map.of(), nowhere, nowhere, Environment.Terminal.NONE);
        String[] line = append(command, "--help").toArray(String[]::new);
        assertThat(Vfaas.run(stream, stream, InputStream.nullInputStream(), environment, line))
                .isZero();
        return out.toString(StandardCharsets.UTF_8).stripTrailing().replaceAll("(?m) +$", "") + "\n";
    }
}
