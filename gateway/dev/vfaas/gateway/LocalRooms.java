package dev.vfaas.gateway;

import dev.vfaas.gateway.image.OciImageStore;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.AsyncMetrics;
import dev.vfaas.gateway.metrics.QueueGauges;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.runtime.process.ProcessOptions;
import dev.vfaas.gateway.runtime.process.ProcessRuntime;
import dev.vfaas.gateway.scaling.Autoscaler;
import dev.vfaas.gateway.store.EncryptedSecrets;
import dev.vfaas.gateway.store.SecretKeyFile;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens the rooms of the embedded gateway over its data directory: functions are processes, state is in SQLite, images are files. */
final class LocalRooms {
    private LocalRooms() {}

    /** Opens everything; what an earlier gateway ran begins to run again. */
    static Rooms open(GatewayConfig config, Map<String, String> environment, Log log) throws IOException {
        Path data = config.dataDirectory();
        SqliteDatabase database = SqliteDatabase.open(
                data.resolve("gateway.db"),
                List.of(EncryptedSecrets.SCHEMA, OciImageStore.SCHEMA, ProcessRuntime.SCHEMA, AsyncQueue.SCHEMA));
        try {
            EncryptedSecrets secrets = new EncryptedSecrets(database, new SecretKeyFile(data.resolve("key")));
            OciImageStore images = OciImageStore.open(database, data.resolve("blobs"), OciImageStore.GRACE, log::info);
            ProcessRuntime runtime = new ProcessRuntime(
                    database,
                    images,
                    secrets,
                    data,
                    new SecretFolder(environment, Path.of("/dev/shm")).choose(data),
                    environment,
                    ProcessOptions.defaults());
            AsyncMetrics asyncMetrics = new AsyncMetrics();
            AsyncQueue queue;
            try {
                queue = CallQueues.open(config, database, runtime, asyncMetrics, log);
            } catch (RuntimeException e) {
                runtime.close(); // replicas must not outlive it
                throw e;
            }
            Autoscaler autoscaler = Autoscaler.start(runtime, Autoscaler.RHYTHM, log::info);
            return new Rooms(
                    runtime,
                    secrets,
                    images.handler(),
                    queue,
                    List.of(asyncMetrics, new QueueGauges(queue)),
                    () -> {
                        database.read(connection -> connection.isValid(1));
                        queue.check();
                    },
                    null,
                    images::startCollecting,
                    config.queue() != null,
                    () -> {
                        autoscaler.close();
                        images.close();
                        database.close();
                    });
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }
}
