package dev.vfaas.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Calls from a server of the test-bed, one after the other from several connections, until it is told to end. */
public final class Load {
    private static final String FOLDER = "/root/load";
    private static final Duration ENDS = Duration.ofMinutes(3);

    private final TestServer server;

    private Load(TestServer server) {
        this.server = server;
    }

    /**
     * What came of it.
     *
     * @param first the first few failures
     */
    public record Outcome(int calls, int failed, List<String> first) {}

    /** Begins to call these paths with POST, in turn. */
    public static Load begin(TestServer server, String hostAndPort, int connections, String... paths) {
        server.run("rm -rf " + FOLDER + "; mkdir " + FOLDER).orFail("folder of the load");
        server.upload(script(), FOLDER + "/load.py");
        // Not "cd && setsid &": the shell that waits for such a list would keep the connection's output open.
        server.run("cd " + FOLDER + "; setsid python3 load.py " + hostAndPort + " " + FOLDER + "/stop " + connections
                        + " " + String.join(" ", paths) + " >told 2>error </dev/null &")
                .orFail("load");
        return new Load(server);
    }

    /** Ends it, once all calls under way have their answer. */
    public Outcome end() {
        server.run("touch " + FOLDER + "/stop").orFail("stop");
        String told = server.await("cat " + FOLDER + "/told " + FOLDER + "/error", out -> out.endsWith("}\n"), ENDS)
                .out();
        try {
            JsonNode root = new ObjectMapper().readTree(told);
            List<String> first = new ArrayList<>();
            root.path("first").forEach(failure -> first.add(failure.asText()));
            return new Outcome(root.path("calls").asInt(), root.path("failed").asInt(), first);
        } catch (IOException e) {
            throw new UncheckedIOException(told, e);
        }
    }

    private static Path script() {
        try (InputStream in = Objects.requireNonNull(Load.class.getResourceAsStream("/testbed/load.py"))) {
            Path file = Files.createTempFile("load", ".py");
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
