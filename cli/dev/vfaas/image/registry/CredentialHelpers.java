package dev.vfaas.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Docker's credential helpers: programs {@code docker-credential-NAME} that take a registry on stdin and answer with JSON. */
final class CredentialHelpers {
    private static final String PREFIX = "docker-credential-";
    private static final long DEADLINE_SECONDS = 30;

    private final Map<String, String> variables;

    CredentialHelpers(Map<String, String> variables) {
        this.variables = variables;
    }

    /** What the helper knows of a registry; nothing when it does not know it. */
    Optional<Credential> ask(String helper, String registry, Path namedIn) throws InterruptedException {
        Answer answer = run(helper, "get", registry.getBytes(StandardCharsets.UTF_8), namedIn);
        try {
            return answer.ok() ? credential(answer.output()) : Optional.empty();
        } catch (IOException e) {
            throw Failure.failed(PREFIX + helper + ", which " + namedIn + " names, does not answer with JSON")
                    .because(e);
        }
    }

    /** Gives the helper a login to keep. */
    void store(String helper, String registry, String user, Secret password, Path namedIn) throws InterruptedException {
        String login = new ObjectMapper()
                .createObjectNode()
                .put("ServerURL", registry)
                .put("Username", user)
                .put("Secret", password.revealText())
                .toString();
        require(run(helper, "store", login.getBytes(StandardCharsets.UTF_8), namedIn), helper, "keep the login");
    }

    /** Makes the helper forget a login. */
    void erase(String helper, String registry, Path namedIn) throws InterruptedException {
        require(run(helper, "erase", registry.getBytes(StandardCharsets.UTF_8), namedIn), helper, "forget the login");
    }

    private static void require(Answer answer, String helper, String what) {
        if (!answer.ok()) {
            throw Failure.failed("the credential helper " + PREFIX + helper + " could not " + what + ": "
                    + new String(answer.output(), StandardCharsets.UTF_8).strip());
        }
    }

    private record Answer(boolean ok, byte[] output) {}

    private Answer run(String helper, String verb, byte[] input, Path namedIn) throws InterruptedException {
        String program = PREFIX + helper;
        try {
            ProcessBuilder builder = new ProcessBuilder(find(program), verb).redirectErrorStream(false);
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().putAll(variables);
            Process process = builder.start();
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> read(process, answer));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            } catch (IOException ended) {
                // a helper may end before it has read the question; its exit code tells
            }
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw Failure.failed(program + " did not answer within " + DEADLINE_SECONDS + " s");
            }
            return new Answer(process.exitValue() == 0, answer.join());
        } catch (IOException e) {
            throw Failure.failed("cannot run the credential helper " + program + ", which " + namedIn + " names: "
                            + e.getMessage())
                    .next("install it, or remove it from " + namedIn)
                    .because(e);
        }
    }

    private static void read(Process process, CompletableFuture<byte[]> answer) {
        try (var stdout = process.getInputStream()) {
            answer.complete(stdout.readAllBytes());
        } catch (IOException gone) {
            answer.complete(new byte[0]);
        }
    }

    private static Optional<Credential> credential(byte[] answer) throws IOException {
        JsonNode root = new ObjectMapper().readTree(answer);
        String user = root.path("Username").asText("");
        Secret secret = Secret.of(root.path("Secret").asText(""));
        if (user.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                user.equals("<token>") ? new Credential.IdentityToken(secret) : new Credential.Basic(user, secret));
    }

    /** A program of the given PATH, which need not be this process's own. */
    private String find(String program) {
        for (String folder : variables.getOrDefault("PATH", "").split(java.io.File.pathSeparator)) {
            if (!folder.isEmpty() && Path.of(folder, program).toFile().canExecute()) {
                return Path.of(folder, program).toString();
            }
        }
        return program;
    }
}
