package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.queue.BodyFiles;
import dev.vfaas.gateway.queue.CallBody;
import dev.vfaas.gateway.queue.CallStore;
import dev.vfaas.gateway.queue.QueuedCall;
import dev.vfaas.gateway.runtime.FunctionKey;
import io.nats.client.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A message that was handed to this gateway: a call to run. */
final class HeldMessage implements CallStore.Held {
    private final Message message;
    private final CallMessage call;
    private final Broker broker;
    private final BodyFiles bodies;
    private final Path folder;
    private @Nullable CallBody body;

    /** @param folder where its body is while it runs, if it is large */
    HeldMessage(Message message, CallMessage call, Broker broker, BodyFiles bodies, Path folder) {
        this.broker = broker;
        this.bodies = bodies;
        this.folder = folder;
        this.message = message;
        this.call = call;
    }

    @Override
    public FunctionKey function() {
        return call.key();
    }

    @Override
    public QueuedCall load() {
        CallBody loaded;
        String object = call.object();
        if (object == null) {
            loaded = new CallBody.Bytes(Objects.requireNonNullElse(message.getData(), new byte[0]));
        } else {
            Path file = folder.resolve(UUID.randomUUID().toString());
            loaded = new CallBody.Stored(file);
            body = loaded;
            try (OutputStream out = BodyFiles.fresh(file)) {
                broker.getBody(object, out);
            } catch (IOException e) {
                throw Broker.unavailable("the body of call " + call.callId() + " cannot be read", e);
            }
        }
        return new QueuedCall(
                0,
                call.callId(),
                call.key(),
                call.method(),
                call.path(),
                call.query(),
                call.headers(),
                loaded,
                call.callback(),
                call.attempts(),
                call.accepted());
    }

    @Override
    public void finished() {
        broker.acknowledge(message);
        forget();
        broker.deleteBody(call.object());
    }

    @Override
    public void again(int attempts, Duration wait) {
        // the id keeps a repeated publication from queueing it twice
        broker.publishCall(
                call.tried(attempts, System.currentTimeMillis() + wait.toMillis()),
                message.getData(),
                message.metaData().streamSequence() + "-again");
        broker.acknowledge(message);
        forget();
    }

    @Override
    public void dead(int attempts, int status, String reason) {
        broker.publishDead(
                call.dead(attempts, status, reason, System.currentTimeMillis()),
                message.getData(),
                message.metaData().streamSequence() + "-dead");
        broker.acknowledge(message);
        forget();
    }

    @Override
    public void release() {
        message.nak();
        forget();
    }

    private void forget() {
        if (body != null) {
            bodies.delete(body);
        }
    }
}
