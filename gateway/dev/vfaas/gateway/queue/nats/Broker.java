package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.ObjectStore;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.ObjectInfo;
import io.nats.client.api.ObjectMeta;
import io.nats.client.api.ObjectStoreConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfoOptions;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What vfaas keeps on a NATS server: the streams {@code vfaas-calls} and {@code vfaas-dead}, and the object store {@code vfaas-bodies}. */
final class Broker implements AutoCloseable {
    /** After so long without a word from the gateway that runs it, a call is handed out again. */
    static final Duration ACK_WAIT = Duration.ofSeconds(15);

    /** Between two looks for functions with calls. */
    static final Duration LOOK = Duration.ofSeconds(2);

    private static final String CALLS = "vfaas-calls";
    private static final String DEAD = "vfaas-dead";
    private static final String BODIES = "vfaas-bodies";
    private static final String BODY_STREAM = "OBJ_" + BODIES;
    private static final String CALL_SUBJECT = "vfaas.call.";
    private static final String DEAD_SUBJECT = "vfaas.dead.";
    private static final long MOST_INLINE = 256 * 1024;
    private static final int NO_MESSAGE = 10037;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration BODIES_KEPT = Duration.ofDays(60);

    private final String url;
    private final String place;
    private final QueueConfig config;
    private final Log log;
    private final Set<FunctionKey> consumers = ConcurrentHashMap.newKeySet();
    private final Thread connecting;
    private volatile @Nullable Server server;
    private volatile RuntimeFailure trouble;
    private volatile boolean closed;

    /** A server that was reached, with the streams it needs. */
    private record Server(
            Connection connection, JetStream stream, JetStreamManagement management, ObjectStore objects) {}

    private Broker(String url, QueueConfig config, Log log) {
        this.url = url;
        this.place = place(url);
        this.config = config;
        this.log = log;
        this.trouble = new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "the queue " + place + " is not connected");
        this.connecting = Thread.ofVirtual().name("queue-connect").unstarted(this::connectLater);
    }

    /** Connects; while that cannot be, it is tried again and again, and what needs the server throws UNAVAILABLE and tells why. */
    static Broker connect(String url, QueueConfig config, Log log) {
        Broker broker = new Broker(url, config, log);
        if (!broker.connected()) {
            log.warn("asynchronous calls are refused for now", "reason", String.valueOf(broker.trouble.getMessage()));
            broker.connecting.start();
        }
        return broker;
    }

    private void connectLater() {
        do {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                return;
            }
        } while (!closed && !connected());
    }

    private boolean connected() {
        try {
            Connection connection = open();
            try {
                server = prepared(connection);
            } catch (IOException | JetStreamApiException | RuntimeException e) {
                closeQuietly(connection);
                throw unavailable("the queue " + place + " has no JetStream; start nats-server with -js (or -c)", e);
            }
            if (closed) {
                closeQuietly(connection);
            }
            return true;
        } catch (RuntimeFailure e) {
            trouble = e;
            return false;
        }
    }

    private Connection open() {
        Options options = new Options.Builder()
                .server(url)
                .connectionName("vfaas-gateway")
                .connectionTimeout(TIMEOUT)
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(500))
                .reconnectBufferSize(0) // a call is accepted when it is durable, not when it is remembered
                .connectionListener((connection, event) -> log.info("queue " + place, "state", event.getEvent()))
                .errorListener(new io.nats.client.ErrorListener() {})
                .build();
        try {
            return Nats.connect(options);
        } catch (IOException e) {
            throw unavailable("cannot connect to the queue " + place + "; is nats-server running there?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted while connecting to the queue " + place, e);
        }
    }

    private Server prepared(Connection connection) throws IOException, JetStreamApiException {
        JetStreamManagement management = connection.jetStreamManagement();
        Set<String> there = Set.copyOf(management.getStreamNames());
        if (!there.contains(CALLS)) {
            management.addStream(StreamConfiguration.builder()
                    .name(CALLS)
                    .subjects(CALL_SUBJECT + ">")
                    .retentionPolicy(RetentionPolicy.WorkQueue)
                    .storageType(StorageType.File)
                    .discardPolicy(DiscardPolicy.New)
                    .build());
        }
        if (!there.contains(DEAD)) {
            management.addStream(StreamConfiguration.builder()
                    .name(DEAD)
                    .subjects(DEAD_SUBJECT + ">")
                    .storageType(StorageType.File)
                    .maxMessages(config.deadKept())
                    .maxAge(config.deadAge())
                    .build());
        }
        if (!there.contains(BODY_STREAM)) {
            connection
                    .objectStoreManagement()
                    .create(ObjectStoreConfiguration.builder(BODIES)
                            .storageType(StorageType.File)
                            .ttl(BODIES_KEPT)
                            .build());
        }
        return new Server(connection, connection.jetStream(), management, connection.objectStore(BODIES));
    }

    private Server server() {
        Server reached = server;
        if (reached == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, String.valueOf(trouble.getMessage()), trouble);
        }
        return reached;
    }

    /** Without user and password. */
    private static String place(String url) {
        URI uri = URI.create(url);
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    /** Largest body that travels in its message. */
    long mostInline() {
        return Math.min(MOST_INLINE, server().connection().getMaxPayload() / 2);
    }

    /** Makes sure that a function's calls can be taken; every gateway does. */
    void consumer(FunctionKey function) {
        if (consumers.contains(function)) {
            return;
        }
        asking(
                "make a consumer",
                () -> server().management()
                        .addOrUpdateConsumer(
                                CALLS,
                                ConsumerConfiguration.builder()
                                        .durable(function.namespace() + "_" + function.name())
                                        .filterSubject(subject(CALL_SUBJECT, function))
                                        .ackPolicy(AckPolicy.Explicit)
                                        .ackWait(ACK_WAIT)
                                        .maxDeliver(-1)
                                        .maxAckPending(
                                                -1) // calls that wait for another attempt must not hold up the rest
                                        .build()));
        consumers.add(function);
    }

    /** Functions that have a consumer, with the number of their calls that wait or are handed out. */
    Map<FunctionKey, Long> functions() {
        Map<FunctionKey, Long> functions = new HashMap<>();
        for (ConsumerInfo consumer :
                asking("list the consumers", () -> server().management().getConsumers(CALLS))) {
            String name = consumer.getName();
            int end = name.indexOf('_');
            if (end > 0) {
                functions.put(
                        new FunctionKey(name.substring(0, end), name.substring(end + 1)),
                        consumer.getNumPending() + consumer.getNumAckPending());
            }
        }
        return functions;
    }

    /** Begins to take a function's calls; makes its consumer when there is none. */
    JetStreamSubscription subscribe(FunctionKey function) throws IOException, JetStreamApiException {
        consumer(function);
        try {
            return server().stream()
                    .subscribe(null, PullSubscribeOptions.bind(CALLS, function.namespace() + "_" + function.name()));
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            consumers.remove(function); // it may have been removed on the server: the next try makes it again
            throw e;
        }
    }

    /** How many calls are kept, handed out or not, and their bytes on the server, dead letters' large bodies included. */
    Kept kept() {
        StreamState calls = state(CALLS);
        return new Kept(
                (int) Math.min(Integer.MAX_VALUE, calls.getMsgCount()),
                calls.getByteCount() + state(BODY_STREAM).getByteCount());
    }

    private StreamState state(String stream) {
        return asking("count the calls", () -> server().management().getStreamInfo(stream))
                .getStreamState();
    }

    void publishCall(CallMessage call, byte @Nullable [] data, String id) {
        publish(call.message(subject(CALL_SUBJECT, call.key()), data), id);
    }

    void publishDead(CallMessage call, byte @Nullable [] data, String id) {
        publish(call.message(subject(DEAD_SUBJECT, call.key()), data), id);
    }

    private void publish(Message message, String id) {
        PublishOptions options =
                PublishOptions.builder().messageId(id).streamTimeout(TIMEOUT).build();
        asking("keep the call", () -> server().stream().publish(message, options));
    }

    /** Done with a message; certain when this returns. */
    void acknowledge(Message message) {
        try {
            message.ackSync(TIMEOUT);
        } catch (TimeoutException | IllegalStateException e) {
            throw unavailable("the queue " + place + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted", e);
        }
    }

    /** Visits dead letters, oldest first; one with its body is in memory at a time. */
    void deadLetters(@Nullable String namespace, Consumer<MessageInfo> visitor) {
        visit(DEAD, DEAD_SUBJECT + (namespace == null ? "*" : namespace) + ".*", visitor);
    }

    /** Visits calls, handed out or not, oldest first; one with its body is in memory at a time. */
    void calls(Consumer<MessageInfo> visitor) {
        visit(CALLS, CALL_SUBJECT + ">", visitor);
    }

    private void visit(String stream, String subject, Consumer<MessageInfo> visitor) {
        long next = 1;
        while (true) {
            MessageInfo message;
            try {
                message = server().management().getNextMessage(stream, next, subject);
            } catch (JetStreamApiException e) {
                if (isNone(e)) {
                    return;
                }
                throw unavailable("the queue " + place + " cannot list what is in " + stream, e);
            } catch (IOException e) {
                throw unavailable("the queue " + place + " does not answer", e);
            }
            visitor.accept(message);
            next = message.getSeq() + 1;
        }
    }

    /** A dead letter with its body, null when it is gone. */
    @Nullable
    MessageInfo deadLetter(long sequence) {
        try {
            return server().management().getMessage(DEAD, sequence);
        } catch (JetStreamApiException e) {
            if (isNone(e)) {
                return null;
            }
            throw unavailable("the queue " + place + " cannot read a dead letter", e);
        } catch (IOException e) {
            throw unavailable("the queue " + place + " does not answer", e);
        }
    }

    private static boolean isNone(JetStreamApiException e) {
        return e.getApiErrorCode() == NO_MESSAGE || e.getErrorCode() == 404;
    }

    Map<String, Long> deadSubjects() {
        return asking(
                        "count dead letters",
                        () -> server().management()
                                .getStreamInfo(DEAD, StreamInfoOptions.filterSubjects(DEAD_SUBJECT + ">")))
                .getStreamState()
                .getSubjectMap();
    }

    void deleteDead(long sequence) {
        asking("forget a dead letter", () -> server().management().deleteMessage(DEAD, sequence));
    }

    void putBody(String name, InputStream content) {
        asking("keep the body", () -> {
            try {
                return server().objects().put(ObjectMeta.objectName(name), content);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
            }
        });
    }

    void getBody(String name, OutputStream out) {
        asking("read the body", () -> {
            try {
                return server().objects().get(name, out);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        });
    }

    /** The names of large bodies that came before {@code end}. */
    List<String> bodies(Instant end) {
        return asking("list the bodies", () -> {
            try {
                return server().objects().getList().stream()
                        .filter(body -> body.getModified() != null
                                && body.getModified().toInstant().isBefore(end))
                        .map(ObjectInfo::getObjectName)
                        .toList();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        });
    }

    /** Best effort: what stays is removed by a {@link Sweep}. */
    void deleteBody(@Nullable String name) {
        if (name != null) {
            try {
                server().objects().delete(name);
            } catch (IOException | JetStreamApiException | IllegalArgumentException | IllegalStateException e) {
                // gone already, or a sweep removes it
            }
        }
    }

    void check() {
        Connection.Status status = server().connection().getStatus();
        if (status != Connection.Status.CONNECTED) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.UNAVAILABLE, "the queue " + place + " is not connected: " + status);
        }
    }

    /** What is kept of calls. */
    record Kept(int calls, long bytes) {}

    private interface Question<T> {
        T ask() throws IOException, JetStreamApiException;
    }

    private <T> T asking(String what, Question<T> question) {
        try {
            return question.ask();
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            throw unavailable("the queue " + place + " cannot " + what, e);
        }
    }

    private static String subject(String prefix, FunctionKey function) {
        return prefix + function.namespace() + "." + function.name();
    }

    /** The function that a subject names. */
    static FunctionKey key(String subject) {
        String[] parts = subject.split("\\.");
        return new FunctionKey(parts[2], parts[3]);
    }

    static RuntimeFailure unavailable(String what, Throwable cause) {
        return new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, what + ": " + cause.getMessage(), cause);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        connecting.interrupt();
        Server reached = server;
        if (reached != null) {
            closeQuietly(reached.connection());
        }
    }
}
