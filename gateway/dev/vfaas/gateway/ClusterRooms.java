package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.image.OciImageStore;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.AsyncMetrics;
import dev.vfaas.gateway.metrics.QueueGauges;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.runtime.kubernetes.Cluster;
import dev.vfaas.gateway.runtime.kubernetes.KubernetesRuntime;
import dev.vfaas.gateway.runtime.kubernetes.KubernetesSecrets;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens the rooms of a gateway whose functions run on Kubernetes: functions and secrets are the cluster's, images and queued calls are in the data
 * directory.
 */
final class ClusterRooms {
    private ClusterRooms() {}

    /** Opens everything; knows all functions there are when it returns. */
    static Rooms open(
            GatewayConfig config,
            @Nullable Path kubeconfig,
            BasicAuthentication accounts,
            Map<String, String> environment,
            Log log) {
        Path data = config.dataDirectory();
        SqliteDatabase database =
                SqliteDatabase.openBeside(data.resolve("gateway.db"), List.of(OciImageStore.SCHEMA, AsyncQueue.SCHEMA));
        try {
            OciImageStore images = OciImageStore.open(database, data.resolve("blobs"), OciImageStore.GRACE, log::info);
            Cluster cluster = Cluster.of(kubeconfig);
            KubernetesSecrets secrets = new KubernetesSecrets(cluster);
            KubernetesRuntime runtime = new KubernetesRuntime(cluster, secrets, new StoreImages(images), log::info);
            AsyncMetrics asyncMetrics = new AsyncMetrics();
            AsyncQueue queue;
            try {
                queue = CallQueues.open(config, database, runtime, asyncMetrics, log);
            } catch (RuntimeException e) {
                runtime.close();
                throw e;
            }
            SeveralGateways together = SeveralGateways.start(
                    runtime, cluster, accounts.header(), environment.get(SeveralGateways.ADDRESS), log);
            return new Rooms(
                    runtime,
                    secrets,
                    images.handler(),
                    queue,
                    List.of(asyncMetrics, new QueueGauges(queue)),
                    () -> {
                        database.read(connection -> connection.isValid(1));
                        if (config.queue() == null) { // a server that is away must not take all gateways with it
                            queue.check();
                        }
                    },
                    together,
                    images::startCollecting,
                    config.queue() != null,
                    () -> {
                        images.close();
                        database.close();
                    });
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }
}
