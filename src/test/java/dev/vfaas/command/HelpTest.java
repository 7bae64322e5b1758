package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.support.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
    @TempDir
    Path home;

    static Stream<CommandLine> commands() {
        Path here = Path.of("/");
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Environment environment = new Environment(Map.of(), here, here, Environment.Terminal.NONE);
        Session session = new Session(
                new Console(nowhere, nowhere, InputStream.nullInputStream(), environment), environment, "test");
        CommandLine root = new CommandLine(new RootCommand());
        new Commands(session).addAll(root);
        return all(root).distinct();
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::all));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasADescriptionAndExamples(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        assertThat(command.getCommandSpec().usageMessage().description())
                .as(name)
                .isNotEmpty();
        assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
                .as(name)
                .contains("Examples:\n")
                .contains("  " + (name.contains(" ") ? name : "vfaas "));
    }

    @Test
    void completionScriptsAreValid() throws IOException, InterruptedException {
        String bash = new Tool(home).run("completion", "--shell", "bash").out();
        assertThat(bash).contains("\"secret create\")", "--password-stdin");
        Path script = Files.writeString(home.resolve("completion"), bash + """

                COMP_WORDS=(vfaas secret cr); COMP_CWORD=2; _vfaas; echo "${COMPREPLY[@]}"
                COMP_WORDS=(vfaas list --gat); COMP_CWORD=2; _vfaas; echo "${COMPREPLY[@]}"
                """);
        Process process = new ProcessBuilder("bash", script.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).isEqualTo("create\n--gateway\n");
        assertThat(new Tool(home).run("completion", "--shell", "zsh").out()).startsWith("#compdef vfaas\n");
        assertThat(new Tool(home).run("completion", "--shell", "fish").out())
                .contains("complete -c vfaas -n __fish_use_subcommand -a list");
        assertThat(new Tool(home).run("completion", "--shell", "tcsh").exitCode())
                .isEqualTo(2);
    }
}
