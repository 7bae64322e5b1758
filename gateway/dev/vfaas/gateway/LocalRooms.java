package dev.vfaas.gateway;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.gateway.store.EncryptedSecrets;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rooms of the embedded gateway, over its data directory. */
final class LocalRooms {
    private LocalRooms() {}
}
