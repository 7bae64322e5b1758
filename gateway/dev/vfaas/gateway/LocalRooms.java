package dev.vfaas.gateway;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.EncryptedSecrets;
import dev.vfaas.gateway.store.SecretKeyFile;
import dev.vfaas.gateway.store.SqliteDatabase;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the rooms of the embedded gateway over its data directory. */
final class LocalRooms {
    private LocalRooms() {}

    static Rooms open(GatewayConfig config, Log log) {
        Path data = config.dataDirectory();
        SqliteDatabase database = SqliteDatabase.open(data.resolve("gateway.db"), List.of(EncryptedSecrets.SCHEMA));
        EncryptedSecrets secrets = new EncryptedSecrets(database, new SecretKeyFile(data.resolve("key")));
        return new Rooms(
                new NoRuntime(),
                secrets,
                null,
                null,
                () -> database.read(connection -> connection.isValid(1)),
                database);
    }

    /** Until a runtime is wired. */
    private static final class NoRuntime implements FunctionRuntime {
        @Override
        public GatewayInfo.Provider provider() {
            return new GatewayInfo.Provider("vfaas", new GatewayInfo.Version(null, "", Version.current()), "process");
        }

        @Override
        public void deploy(FunctionDeployment deployment) {
            throw new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "no runtime");
        }

        @Override
        public void update(FunctionDeployment deployment) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no runtime");
        }

        @Override
        public void remove(FunctionKey key) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no runtime");
        }

        @Override
        public void scale(FunctionKey key, int replicas) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no runtime");
        }

        @Override
        public List<FunctionStatus> list(String namespace) {
            return List.of();
        }

        @Override
        public @Nullable FunctionStatus find(FunctionKey key, boolean usage) {
            return null;
        }

        @Override
        public @Nullable LiveFunction live(FunctionKey key) {
            return null;
        }

        @Override
        public Collection<? extends LiveFunction> live() {
            return List.of();
        }

        @Override
        public void logs(LogQuery query, LogSink sink) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no runtime");
        }

        @Override
        public List<String> namespaces() {
            return List.of(FunctionKey.DEFAULT_NAMESPACE);
        }

        @Override
        public void close() {}
    }
}
