package dev.vfaas.gateway.runtime.process;

import dev.vfaas.openfaas.FunctionDeployment;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks a replica whether it is ready to take calls: GET of {@code /_/ready}, or of the path the function's annotations name. A server that does not know
 * the usual path is ready as soon as it answers at all.
 */
final class Readiness {
    private static final String USUAL_PATH = "/_/ready";
    private static final int ANSWER_MILLIS = 1_000;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final String path;
    private final boolean chosen;

    private Readiness(@Nullable String chosen) {
        this.chosen = chosen != null;
        this.path = chosen != null ? chosen : USUAL_PATH;
    }

    /** The question for a function, by its annotations {@code com.openfaas.ready.http.path} and {@code com.openfaas.health.http.path}. */
    static Readiness of(FunctionDeployment deployment) {
        Map<String, String> annotations = deployment.annotations();
        String path = annotations.getOrDefault(
                "com.openfaas.ready.http.path", annotations.getOrDefault("com.openfaas.health.http.path", ""));
        return new Readiness(path.matches("/[!-~]*") ? path : null);
    }

    /** Whether the server on the port is ready; false also when it cannot be reached. */
    boolean asks(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback, port), ANSWER_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_MILLIS);
            String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                    + "\r\nUser-Agent: vfaas-probe\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return accepts(status(socket.getInputStream()));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether anything listens on the port. */
    boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback, port), ANSWER_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean accepts(int status) {
        if (status >= 200 && status < 400) {
            return true;
        }
        return !chosen && (status >= 400 && status < 429 || status == 501);
    }

    /** The status code of a response, 0 when it is none. */
    private static int status(InputStream in) throws IOException {
        byte[] start = in.readNBytes(12); // "HTTP/1.1 200"
        String line = new String(start, StandardCharsets.US_ASCII);
        return line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]") ? Integer.parseInt(line.substring(9)) : 0;
    }
}
