package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.metrics.MetricsSource;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.Secrets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts behind the gateway's routes.
 *
 * @param images answers below /v2
 * @param asynchronous answers below /async-function; the gateway starts it when it listens and closes it before the runtime
 * @param metrics what rooms add to /metrics
 * @param health throws, with a text for people, when the stores cannot be used or the runtime does not know its functions; may block
 * @param agreement with other gateways, null where there can be none; ended when no more calls come, before the runtime is closed
 * @param alone what only one gateway at a time may do with the data, besides running queued calls that are in it: collecting old images
 * @param queueShared whether gateways run queued calls at the same time, from a server they share
 * @param closing ends the rooms, after the runtime is closed
 */
record Rooms(
        FunctionRuntime runtime,
        Secrets secrets,
        @Nullable BlockingHandler images,
        @Nullable AsyncQueue asynchronous,
        List<MetricsSource> metrics,
        Runnable health,
        @Nullable Agreement agreement,
        Runnable alone,
        boolean queueShared,
        AutoCloseable closing) {}
