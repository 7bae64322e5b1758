package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.Endpoint;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A pod of a function, as last seen. What it says of itself is written under the function's lock; the calls in flight are anyone's. */
final class Replica implements Endpoint {
    private final String name;
    private final Consumer<Replica> onUnreachable;
    private final AtomicInteger inFlight = new AtomicInteger();
    private Pod pod;
    private String revision = "";
    private volatile String host = "";
    private volatile boolean takesCalls;
    private boolean leaving;
    private boolean nodeSaysReady;
    private boolean answered;
    private boolean knocking;
    private boolean disputed;
    private int restarts;

    Replica(Pod pod, Consumer<Replica> onUnreachable) {
        this.name = pod.getMetadata().getName();
        this.onUnreachable = onUnreachable;
        this.pod = pod;
        see(pod);
    }

    /** Takes in what the cluster says of it now. */
    void see(Pod now) {
        pod = now;
        Map<String, String> labels = now.getMetadata().getLabels();
        revision = labels == null ? "" : labels.getOrDefault(Marks.REVISION, "");
        String phase =
                now.getStatus() == null ? "" : String.valueOf(now.getStatus().getPhase());
        leaving =
                now.getMetadata().getDeletionTimestamp() != null || phase.equals("Failed") || phase.equals("Succeeded");
        String address = now.getStatus() == null ? null : now.getStatus().getPodIP();
        host = address == null ? "" : address;
        boolean readyBefore = nodeSaysReady;
        nodeSaysReady = PodState.ready(now);
        int restartsNow = PodState.restarts(now);
        if (restartsNow != restarts || PodState.ended(now)) {
            answered = false; // what it answered before is worth nothing any more
            disputed = false;
        } else if (readyBefore && !nodeSaysReady) {
            answered =
                    true; // the node may have been cut off from the API, and the replica be well: it is asked before it
            // loses its calls
            disputed = true;
        }
        restarts = restartsNow;
        takesCalls = isReady();
    }

    /** Whether the node took back that it is ready, and it was not asked since; asking ends with {@link #answered} or {@link #doubt}. */
    boolean disputed() {
        return disputed;
    }

    /** It answered the gateway's own question. */
    void answered() {
        answered = true;
        disputed = false;
        takesCalls = isReady();
    }

    /** A connection to it failed: until it answers again it gets no call, whatever the node says. */
    void doubt() {
        answered = false;
        disputed = false;
        takesCalls = false;
    }

    /** Whether it should be given calls. */
    boolean isReady() {
        return !leaving && !host.isEmpty() && (answered || nodeSaysReady && !knocking);
    }

    /** Whether it could be ready but has not said so; then it should be asked. */
    boolean worthAsking() {
        return !leaving && !host.isEmpty() && !answered;
    }

    boolean knocking() {
        return knocking;
    }

    void knocking(boolean now) {
        knocking = now;
        takesCalls = isReady();
    }

    boolean leaving() {
        return leaving;
    }

    boolean nodeSaysReady() {
        return nodeSaysReady;
    }

    String revision() {
        return revision;
    }

    Pod pod() {
        return pod;
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    @Override
    public String replica() {
        return name;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public int port() {
        return Marks.PORT;
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public boolean tryAcquire() {
        if (!takesCalls) {
            return false;
        }
        inFlight.incrementAndGet();
        return true;
    }

    @Override
    public void release() {
        inFlight.decrementAndGet();
    }

    @Override
    public void unreachable() {
        takesCalls = false;
        onUnreachable.accept(this);
    }
}
