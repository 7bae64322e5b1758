package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds a connection for a call: an idle one, a new one, and while no replica takes the call, waits for one up to a deadline. A replica that refuses
 * the connection is reported and passed over. Used on one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // timers that find nothing to do any more are harmless
final class ReplicaSearch {
    private static final long LONGEST_PAUSE_MILLIS = 250;

    private final Call call;
    private final UpstreamPool pool;
    private final Duration deadline;
    private final boolean fresh;
    private final Invocation seeker;
    private @Nullable Endpoint refusedBy;
    private long begunNanos;
    private int search;
    private int rounds;
    private boolean searching;

    /**
     * @param deadline since it began to look
     * @param fresh whether only a new connection will do
     */
    ReplicaSearch(Call call, UpstreamPool pool, Duration deadline, boolean fresh, Invocation seeker) {
        this.call = call;
        this.pool = pool;
        this.deadline = deadline;
        this.fresh = fresh;
        this.seeker = seeker;
    }

    /** Begins; ends with {@link Invocation#use} or {@link Invocation#fail}. */
    void begin() {
        begin(call.takePlace(null));
    }

    /**
     * Begins anew, with the full time.
     *
     * @param lost the replica that just hung up, which is asked again only when there is no other
     */
    void beginWithout(@Nullable Endpoint lost) {
        Endpoint other = call.takePlace(lost);
        begin(other == null ? call.takePlace(null) : other);
    }

    private void begin(@Nullable Endpoint first) {
        searching = true;
        search++;
        rounds = 0;
        begunNanos = System.nanoTime();
        refusedBy = null;
        to(first);
    }

    /** Nobody wants the result any more. */
    void cancel() {
        searching = false;
    }

    private void connect() {
        to(call.takePlace(refusedBy));
    }

    private void to(@Nullable Endpoint chosen) {
        if (chosen == null) {
            hold();
            return;
        }
        UpstreamConnection idle = fresh ? null : pool.idle(chosen);
        if (idle != null) {
            searching = false;
            seeker.use(idle);
        } else {
            pool.connect(chosen).addListener(done -> connected((ChannelFuture) done, chosen));
        }
    }

    private void connected(ChannelFuture done, Endpoint target) {
        if (!searching) {
            done.channel().close();
        } else if (done.isSuccess()) {
            searching = false;
            seeker.use(done.channel().pipeline().get(UpstreamConnection.class));
        } else {
            target.unreachable();
            call.leavePlace();
            refusedBy = target;
            connect();
        }
    }

    /** No replica takes the call now. */
    private void hold() {
        refusedBy = null;
        long left = deadline.toNanos() - (System.nanoTime() - begunNanos);
        if (left <= 0) {
            expired(search);
            return;
        }
        if (rounds == 0) {
            int waiting = search;
            pool.loop().schedule(() -> expired(waiting), left, TimeUnit.NANOSECONDS);
        }
        int round = rounds++;
        call.function()
                .activate()
                .whenComplete((done, failure) -> pool.loop().execute(() -> activated(round, failure)));
    }

    private boolean waits() {
        return searching && !call.hasPlace();
    }

    private void activated(int round, @Nullable Throwable failure) {
        if (!waits()) {
            return;
        }
        if (failure != null) {
            searching = false;
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            int code = cause instanceof RuntimeFailure refused ? BlockingRequests.status(refused.kind()) : 500;
            String why = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
            seeker.fail(HttpResponseStatus.valueOf(code), "Can't reach service for: " + call.name() + ". " + why);
        } else if (round == 0) {
            connect();
        } else { // replicas come and go: give them a moment
            long pause = Math.min(5L << Math.min(round, 6), LONGEST_PAUSE_MILLIS);
            pool.loop().schedule(this::again, pause, TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        if (waits()) {
            connect();
        }
    }

    private void expired(int waiting) {
        if (waiting == search && waits()) {
            searching = false;
            seeker.fail(
                    HttpResponseStatus.GATEWAY_TIMEOUT,
                    "No endpoints available for: " + call.name() + ". No replica became ready within "
                            + deadline.toMillis() + " ms");
        }
    }
}
