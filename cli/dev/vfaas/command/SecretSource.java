package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A secret's name and where its value comes from; mixed into the commands that send one. */
final class SecretSource {
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final int MAX_NAME = 253;

    @Parameters(paramLabel = "NAME", description = "the secret's name")
    String name = "";

    @Option(names = "--from-file", paramLabel = "FILE", description = "read the value from a file")
    @Nullable
    Path file;

    @Option(
            names = "--from-literal",
            paramLabel = "VALUE",
            description = "the value itself; other users of this machine can see it")
    @Nullable
    String literal;

    @Option(
            names = "--trim",
            arity = "0..1",
            paramLabel = "BOOL",
            fallbackValue = "true",
            negatable = true,
            description = "leave out white space at both ends (default: true)")
    boolean trim = true;

    /** Throws a usage failure unless it is a DNS subdomain (RFC 1123). */
    static void checkName(String name) {
        if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
            throw Failure.usage(
                    "\"" + name + "\" cannot name a secret: lower-case letters, digits, - and . are allowed, and it"
                            + " starts and ends with a letter or digit");
        }
    }

    Secret read(Session session) throws IOException {
        checkName(name);
        if (file != null && literal != null) {
            throw Failure.usage(
                    "the value comes from one of --from-file, --from-literal and standard input, not from two");
        }
        byte[] value = trimmed(bytes(session));
        if (value.length == 0) {
            throw Failure.usage("the value of secret \"" + name + "\" is empty");
        }
        return Secret.of(value);
    }

    private byte[] bytes(Session session) throws IOException {
        if (literal != null) {
            session.console()
                    .warn("--from-literal can be seen by other users of this machine and stays in the shell's history;"
                            + " --from-file and standard input do not");
            return literal.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        if (file != null) {
            try {
                return Files.readAllBytes(session.environment().resolve(file.toString()));
            } catch (NoSuchFileException e) {
                throw Failure.usage("there is no file " + file);
            }
        }
        if (session.console().interactive()) {
            return session.console()
                    .promptHidden("Value of secret " + name, "--from-file FILE")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        return session.console().input().readAllBytes();
    }

    private byte[] trimmed(byte[] value) {
        int start = 0;
        int end = value.length;
        while (trim && start < end && isSpace(value[start])) {
            start++;
        }
        while (trim && end > start && isSpace(value[end - 1])) {
            end--;
        }
        return Arrays.copyOfRange(value, start, end);
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || value == '\n' || value == '\r' || value == '\t';
    }
}
