package dev.vfaas.gateway.queue.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.CallBody;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueuedCall;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.support.NatsServer;
import io.nats.client.api.MessageInfo;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is removed from a real nats-server, and what is not. */
class SweepTest {
    private static final FunctionKey ECHO = new FunctionKey("openfaas-fn", "echo");

    @TempDir
    Path folder;

    private NatsServer server;
    private Broker broker;

    @BeforeEach
    void start() throws Exception {
        server = new NatsServer(folder.resolve("nats"));
        broker = Broker.connect(server.url(), QueueConfig.DEFAULT, new Log(System.err));
    }

    @AfterEach
    void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void sweep(long room, Duration young) {
        QueueConfig.Room rooms = new QueueConfig.Room(1L << 30, room, 0, 0);
        new Sweep(broker, rooms, young, new Log(System.err)).sweep();
    }

    private void body(String name, int bytes) {
        broker.putBody(name, new ByteArrayInputStream(new byte[bytes]));
    }

    private static CallMessage message(String id, String object, int bytes) {
        CallBody body = new CallBody.Bytes(new byte[bytes]);
        return CallMessage.of(
                new QueuedCall(0, id, ECHO, "POST", "/", null, Map.of(), body, null, 0, System.currentTimeMillis()),
                object);
    }

    private void dead(String id, String object, int bytes) {
        if (object != null) {
            body(object, bytes);
        }
        broker.publishDead(
                message(id, object, bytes).dead(1, 500, "it fails", System.currentTimeMillis()),
                object == null ? new byte[bytes] : null,
                id);
    }

    private List<String> bodies() {
        return broker.bodies(Instant.now().plusSeconds(3600));
    }

    private List<String> letters() {
        List<String> ids = new ArrayList<>();
        broker.deadLetters(
                null,
                (MessageInfo message) ->
                        ids.add(CallMessage.read(message.getHeaders()).callId()));
        return ids;
    }

    @Test
    void bodiesThatNothingNamesGiveTheirRoomBack() {
        long empty = broker.kept().bytes();
        body("of-a-call-that-was-not-queued", 3_000_000);
        body("of-a-call", 400_000);
        broker.consumer(ECHO);
        broker.publishCall(message("waits", "of-a-call", 400_000), null, "waits");
        dead("died", "of-a-letter", 300_000);
        assertThat(broker.kept().bytes()).isGreaterThan(3_700_000);

        sweep(1L << 30, Sweep.YOUNG); // as young as they are, a call may be about to name them
        assertThat(bodies()).hasSize(3);

        sweep(1L << 30, Duration.ZERO);
        assertThat(bodies()).containsExactlyInAnyOrder("of-a-call", "of-a-letter");
        assertThat(letters()).containsExactly("died");
        assertThat(broker.kept().bytes()).isLessThan(1_000_000);

        broker.deleteDead(1); // as the stream's own limits do
        sweep(1L << 30, Duration.ZERO);
        assertThat(bodies()).containsExactly("of-a-call");
        assertThat(broker.kept().bytes()).isBetween(empty + 400_000, empty + 500_000);
    }

    @Test
    void theOldestDeadLettersBeyondTheirBytesGoWithTheirBodies() {
        dead("first", "one", 400_000);
        dead("second", null, 100_000);
        dead("third", "three", 400_000);
        sweep(900_000, Sweep.YOUNG);
        assertThat(letters()).containsExactly("first", "second", "third");

        sweep(550_000, Sweep.YOUNG);
        assertThat(letters()).containsExactly("second", "third");
        assertThat(bodies()).containsExactly("three");
    }
}
