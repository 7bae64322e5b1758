package dev.vfaas.gateway;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueueMetrics;
import dev.vfaas.gateway.queue.nats.JetStreamCalls;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.store.Database;
import java.nio.file.Path;

/** Opens the queue of asynchronous calls where the configuration says: in the gateway's database, or on a server that gateways share. */
final class CallQueues {
    private CallQueues() {}

    /** Opens it; nothing runs yet. */
    static AsyncQueue open(
            GatewayConfig config, Database database, FunctionRuntime runtime, QueueMetrics metrics, Log log) {
        Path data = config.dataDirectory();
        String server = config.queue();
        if (server == null) {
            Path folder = data.resolve("calls");
            return AsyncQueue.open(
                    database, folder, runtime::live, QueueConfig.DEFAULT, metrics, Version.current(), log);
        }
        // a folder of its own: calls that the database still holds keep their files
        Path folder = data.resolve("calls-nats");
        return AsyncQueue.open(
                (settings, limit, exists) -> JetStreamCalls.open(server, folder, settings, limit, exists, log),
                folder,
                runtime::live,
                QueueConfig.DEFAULT,
                metrics,
                Version.current(),
                log);
    }
}
