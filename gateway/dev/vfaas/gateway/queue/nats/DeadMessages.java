package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.queue.DeadLetter;
import dev.vfaas.gateway.runtime.FunctionKey;
import io.nats.client.api.MessageInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Dead letters on the server, which every gateway sees. Methods block and throw UNAVAILABLE. */
final class DeadMessages {
    private final Broker broker;

    DeadMessages(Broker broker) {
        this.broker = broker;
    }

    /** A dead letter and its place in the stream. */
    private record Found(long sequence, CallMessage call) {}

    private List<Found> find(DeadLetter.Selection selection) {
        List<Found> found = new ArrayList<>();
        broker.deadLetters(selection.namespace(), message -> {
            CallMessage call = CallMessage.read(message.getHeaders());
            if (selection.includes(call.callId(), call.key())) {
                found.add(new Found(message.getSeq(), call));
            }
        });
        return found;
    }

    /** Those chosen, oldest first. */
    List<DeadLetter> list(DeadLetter.Selection selection) {
        return find(selection).stream()
                .map(Found::call)
                .map(call -> new DeadLetter(
                        call.callId(),
                        call.key(),
                        call.method(),
                        call.path(),
                        call.attempts(),
                        call.status(),
                        Objects.requireNonNullElse(call.reason(), ""),
                        call.accepted(),
                        call.died(),
                        call.bytes()))
                .toList();
    }

    /** How many there are of each function that has any. */
    Map<FunctionKey, Integer> counts() {
        Map<FunctionKey, Integer> counts = new HashMap<>();
        broker.deadSubjects()
                .forEach((subject, count) -> counts.merge(Broker.key(subject), count.intValue(), Integer::sum));
        return counts;
    }

    /** Makes dead letters calls again; {@code queued} is told whose. Tells how many. */
    int retry(DeadLetter.Selection selection, Consumer<FunctionKey> queued) {
        int retried = 0;
        for (Found letter : find(selection)) {
            MessageInfo whole = broker.deadLetter(letter.sequence());
            if (whole != null) {
                broker.consumer(letter.call().key());
                broker.publishCall(letter.call().tried(0, 0), whole.getData(), letter.sequence() + "-retry");
                broker.deleteDead(letter.sequence());
                queued.accept(letter.call().key());
                retried++;
            }
        }
        return retried;
    }

    /** Forgets dead letters and their bodies; tells how many. */
    int drop(DeadLetter.Selection selection) {
        List<Found> found = find(selection);
        for (Found letter : found) {
            broker.deleteDead(letter.sequence());
            broker.deleteBody(letter.call().object());
        }
        return found.size();
    }
}
