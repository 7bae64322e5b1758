package dev.vfaas.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Just enough of a cluster's API for a gateway to start against while a JDK AOT cache is trained: over TLS, with empty lists, watches that tell nothing,
 * and taking whatever is to be made. Its address and certificate are told to the client as those of the cluster this process runs in.
 */
final class TrainingCluster implements AutoCloseable {
    private static final String PASSWORD = "training"; // of a key that lives as long as the training
    private static final String LIST = "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";
    private static final String MISSING =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}";

    private final ServerSocket server;

    /** @param folder for its key and certificate; exists */
    TrainingCluster(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve("key.p12");
        makeKey(store);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Path certificate = Files.writeString(folder.resolve("ca.crt"), pem(keys.getCertificate("training")));
        Path token = Files.writeString(folder.resolve("token"), "token");
        // The cluster and the login of the person who trains are none of its business.
        System.setProperty("kubernetes.auth.tryKubeConfig", "false");
        System.setProperty("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        System.setProperty("KUBERNETES_SERVICE_PORT", String.valueOf(server.getLocalPort()));
        System.setProperty("kubernetes.master", "https://127.0.0.1:" + server.getLocalPort());
        System.setProperty("kubernetes.certs.ca.file", certificate.toString());
        System.setProperty("kubernetes.auth.serviceAccount.token", token.toString());
        Thread.ofVirtual().start(this::serve);
    }

    /** By keytool's program, which every Java runtime has, as a class of the module java.base. */
    private static void makeKey(Path store) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-m",
                        "java.base/sun.security.tools.keytool.Main",
                        "-genkeypair",
                        "-alias",
                        "training",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=training",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        keytool.getOutputStream().close();
        if (keytool.waitFor() != 0) {
            throw new IOException("no key for the training could be made");
        }
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void converse(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String length = header(head, "content-length");
                byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
                String webSocket = header(head, "sec-websocket-key");
                if (!webSocket.isEmpty()) {
                    out.write(upgrade(webSocket).getBytes(StandardCharsets.UTF_8));
                    in.transferTo(OutputStream.nullOutputStream()); // nothing ever changes
                    return;
                }
                out.write(answer(head, new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (IOException e) {
            // The client went away: the training is over.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            if (next == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static String header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** RFC 6455, 4.2.2. */
    private static String upgrade(String key) throws IOException {
        try {
            byte[] accept = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                    + Base64.getEncoder().encodeToString(accept) + "\r\n\r\n";
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String answer(String head, String asked) {
        String[] words = head.split(" ", 3);
        String path = words[1].replaceAll("\\?.*", "");
        boolean list = path.endsWith("/namespaces") || path.endsWith("/deployments") || path.endsWith("/pods");
        String body = !asked.isEmpty() ? asked : list ? LIST : MISSING;
        String status = !asked.isEmpty() ? "201 Created" : list ? "200 OK" : "404 Not Found";
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
