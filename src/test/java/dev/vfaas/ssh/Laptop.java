package dev.vfaas.ssh;

import dev.vfaas.console.Environment;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A person's machine: a home folder with .ssh in it, and answers to questions. */
final class Laptop implements Prompts {
    private final Path home;
    private final Map<String, String> variables = new HashMap<>();
    private final List<String> answers = new ArrayList<>();
    private final List<String> questions = new ArrayList<>();
    private boolean person;

    Laptop(Path home) {
        this.home = home;
        variables.put("PATH", System.getenv("PATH"));
        try {
            Files.createDirectories(home.resolve(".ssh"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String user() {
        return System.getProperty("user.name");
    }

    Path ssh(String name) {
        return home.resolve(".ssh").resolve(name);
    }

    Laptop with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** A person sits there and will answer this to the next question. */
    Laptop answering(String... more) {
        person = true;
        answers.addAll(List.of(more));
        return this;
    }

    List<String> questions() {
        return questions;
    }

    /** Records a host key as OpenSSH does. */
    Laptop knows(String name, PublicKeyBlob key) {
        append("known_hosts", name + " " + key.line() + "\n");
        return this;
    }

    Laptop knows(Sshd sshd) {
        return knows("[127.0.0.1]:" + sshd.port(), sshd.hostKey("ed25519"));
    }

    Laptop config(String text) {
        append("config", text);
        return this;
    }

    private void append(String file, String text) {
        try {
            String before = Files.exists(ssh(file)) ? Files.readString(ssh(file)) : "";
            Files.writeString(ssh(file), before + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Environment environment() {
        return new Environment(Map.copyOf(variables), home, home, Environment.Terminal.NONE);
    }

    Servers servers() {
        return new Servers(environment(), this);
    }

    Server connect(Sshd sshd) {
        return connect(sshd, ConnectOptions.standard());
    }

    Server connect(Sshd sshd, ConnectOptions options) {
        return servers().connect(user() + "@127.0.0.1:" + sshd.port(), options);
    }

    @Override
    public boolean interactive() {
        return person;
    }

    @Override
    public String ask(String question) {
        questions.add(question);
        return answers.removeFirst();
    }

    @Override
    public @Nullable Secret askHidden(String question) {
        questions.add(question);
        String answer = answers.removeFirst();
        return answer.isEmpty() ? null : Secret.of(answer);
    }
}
