package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.openfaas.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueueAnswerTest {
    private static final String REASON = "cannot connect to the queue nats://typo:4222; is nats-server running there?";
    private static final String QUEUE = "{\"store\":\"nats\",\"calls\":0,\"dead\":[]}";

    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;
    private OpenFaas gateway;

    /** Answers this status and text; from {@code well} on, a queue. */
    private void answers(int status, String text, int well) {
        server.createContext("/system/queue", exchange -> {
            boolean good = asked.incrementAndGet() >= well;
            byte[] body = (good ? QUEUE : text).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(good ? 200 : status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        gateway = new OpenFaas(new Transport(new Transport.Target(
                GatewayUrl.parse("http://127.0.0.1:" + server.getAddress().getPort()),
                new Credentials.Basic("admin", Secret.of("secret")),
                true,
                "vfaas",
                Duration.ofSeconds(30))));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theReasonOfAQueueThatStaysAwayIsTold() {
        answers(503, REASON, Integer.MAX_VALUE);
        assertThat(QueueAnswer.trouble(gateway, "smoke", Duration.ZERO)).isEqualTo(REASON);
    }

    @Test
    void oneThatComesIsWaitedFor() {
        answers(503, REASON, 3);
        assertThat(QueueAnswer.trouble(gateway, "smoke", Duration.ofMinutes(1))).isNull();
        assertThat(asked).hasValue(3);
    }

    @Test
    void anythingElseIsNotAboutTheQueue() {
        answers(401, "no", Integer.MAX_VALUE);
        assertThatThrownBy(() -> QueueAnswer.trouble(gateway, "smoke", Duration.ofMinutes(1)))
                .isInstanceOf(GatewayException.class);
    }
}
