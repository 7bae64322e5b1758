package dev.vfaas;

import dev.vfaas.console.Environment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the commands whose start matters once, in a home of their own, so that a JDK AOT cache made of this process holds their classes. */
final class Training {
    /** Commands that only ask: classes they do not need would cost them time, as all classes of a cache are loaded at once. */
    private static final List<List<String>> QUICK = List.of(
            List.of("--version"),
            List.of("--help"),
            List.of("login", "--password-stdin"),
            List.of("version"),
            List.of("list"),
            List.of("list", "-o", "json"),
            List.of("describe", "hello"),
            List.of("invoke", "hello"),
            List.of("logs", "hello", "--tail=false"),
            List.of("scale", "hello=2"),
            List.of("gateway", "status"));

    /** Commands that build or deploy. */
    private static final List<List<String>> BUILD = List.of(
            List.of("login", "--password-stdin"),
            List.of("new", "--lang", "python3", "hello"),
            List.of("build", "--dry-run"),
            List.of("build", "--platform", "host"),
            List.of("build", "--platform", "host"),
            List.of("up", "--platform", "host"),
            List.of("up", "--platform", "host"),
            List.of("deploy"),
            List.of("push"));

    /** A server that is set up; without a stack, since the image of vfaas's would have to be made first. */
    private static final List<List<String>> SERVER = List.of(
            List.of("up", "HOST", "--stack", "none", "--k3s", "v1.34.1+k3s1", "--dry-run"),
            List.of("up", "HOST", "--prepare-only"));

    private static final String STACK = """
            version: 1.0
            provider:
              name: openfaas
              gateway: http://127.0.0.1:8080
            functions:
              hello:
                lang: python3
                handler: ./hello
                image: hello:latest
                environment:
                  KEY: value
                labels: {com.openfaas.scale.min: 1}
                secrets: [key]
            """;

    private Training() {}

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Main.sparePicocliItsSearches();
        Path home = Path.of(arguments[0]);
        boolean build = arguments[1].equals("build");
        List<List<String>> runs = build ? BUILD : QUICK;
        if (!build) {
            Files.writeString(home.resolve("stack.yml"), STACK); // commands are mostly typed where there is one
        }
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (TrainingGateway gateway = new TrainingGateway();
                TrainingServer server = new TrainingServer(home)) {
            Environment process = Environment.ofProcess();
            Map<String, String> variables = Map.of(
                    "OPENFAAS_URL", gateway.url(), "PATH", process.variables().getOrDefault("PATH", ""));
            Environment environment = new Environment(variables, home, home, process.terminal());
            List<List<String>> all = new ArrayList<>(runs);
            all.addAll(build ? SERVER : List.of());
            for (List<String> run : all) {
                Vfaas.run(
                        nowhere,
                        nowhere,
                        new ByteArrayInputStream("password".getBytes(StandardCharsets.UTF_8)),
                        environment,
                        run.stream()
                                .map(word -> word.equals("HOST") ? server.target() : word)
                                .toArray(String[]::new));
            }
        }
        System.exit(0);
    }
}
