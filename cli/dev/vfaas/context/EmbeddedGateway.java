package dev.vfaas.context;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The gateway of this machine as its data directory shows it: where it listens, its password, its log. */
public final class EmbeddedGateway {
    private final Path directory;

    /**
     * A gateway that runs now.
     *
     * @param started RFC 3339
     */
    public record Running(long pid, String host, int port, String started, String version) {
        /** Where this machine reaches it. */
        public GatewayUrl url() {
            boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
            String name = everywhere ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
            return GatewayUrl.parse("http://" + name + ":" + port);
        }
    }

    /** The gateway whose data lives in {@code directory}. */
    public EmbeddedGateway(Path directory) {
        this.directory = directory;
    }

    /** The gateway of this user, unless another data directory was chosen. */
    public static EmbeddedGateway of(Environment environment) {
        return new EmbeddedGateway(environment.gatewayDirectory());
    }

    public Path directory() {
        return directory;
    }

    /** Where a gateway in the background writes. */
    public Path log() {
        return directory.resolve("gateway.log");
    }

    /** The gateway that runs now; empty when none does, also when it was killed and left its state file behind. */
    public Optional<Running> running() {
        Path file = directory.resolve("gateway.json");
        try (JsonParser parser = new JsonFactory().createParser(Files.readString(file))) {
            Map<String, String> members = new LinkedHashMap<>();
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, parser.getText());
            }
            long pid = Long.parseLong(members.getOrDefault("pid", "0"));
            return isGateway(pid, members.getOrDefault("started", ""))
                    ? Optional.of(new Running(
                            pid,
                            members.getOrDefault("host", "127.0.0.1"),
                            Integer.parseInt(members.getOrDefault("port", "0")),
                            members.getOrDefault("started", ""),
                            members.getOrDefault("version", "")))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw Failure.failed("cannot read " + file + ": " + e.getMessage()).because(e);
        }
    }

    /** Process ids are used again: the process must also have started when the file says. */
    private static boolean isGateway(long pid, String started) {
        return pid > 0
                && ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .map(process -> process.info()
                                .startInstant()
                                .map(Object::toString)
                                .orElse(started)
                                .equals(started))
                        .orElse(false);
    }

    /** What a client logs in with. */
    public Credentials credentials() {
        Path file = directory.resolve("password");
        try {
            return new Credentials.Basic(
                    "admin", Secret.of(Files.readString(file).strip()));
        } catch (IOException e) {
            throw Failure.failed("cannot read the gateway's password in " + file + ": " + e)
                    .because(e);
        }
    }
}
