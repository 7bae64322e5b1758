package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.HostState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How many gateways a server gets, and the queue they share. */
class GatewayWishTest {
    private static final Secret NATS = Secret.of("nats://user:secret@192.0.2.4:4222");
    private static final String MARK = "ea8a28b2c9d3";

    private static HostState state(Map<String, String> values) {
        return new HostState("1", Map.of(), Set.of(), Set.of(), values);
    }

    @Test
    void whatIsNotSaidStays() {
        assertThat(GatewayWish.NONE.on(HostState.NONE, "h")).isEqualTo(new GatewayWish.Shape(1, "", false));
        HostState two = state(Map.of("gateway.replicas", "2", "gateway.queue", "abc"));
        assertThat(GatewayWish.NONE.on(two, "h")).isEqualTo(new GatewayWish.Shape(2, "abc", false));
        assertThat(new GatewayWish(3, null, null).on(two, "h")).isEqualTo(new GatewayWish.Shape(3, "abc", false));
        assertThat(new GatewayWish(1, Secret.of(""), null).on(two, "h")).isEqualTo(new GatewayWish.Shape(1, "", false));
    }

    @Test
    void theAccessLogIsOffUntilItIsAskedFor() {
        HostState logging = state(Map.of("gateway.access-log", "true"));
        assertThat(GatewayWish.NONE.on(HostState.NONE, "h").accessLog()).isFalse();
        assertThat(GatewayWish.NONE.on(logging, "h").accessLog()).isTrue();
        assertThat(new GatewayWish(null, null, true).on(HostState.NONE, "h").accessLog())
                .isTrue();
        assertThat(new GatewayWish(null, null, false).on(logging, "h").accessLog())
                .isFalse();
        assertThat(new Manifests("image", "1", "node", new GatewayWish.Shape(1, "", true)).text())
                .contains("{name: VFAAS_ACCESS_LOG, value: \"-\"}");
    }

    @Test
    void severalGatewaysNeedAQueueTheyShare() {
        assertThat(new GatewayWish(2, NATS, null).on(HostState.NONE, "h").queue())
                .hasSize(12);
        HostState two = state(Map.of("gateway.replicas", "2", "gateway.queue", "abc"));
        for (GatewayWish wish : List.of(new GatewayWish(2, null, null), new GatewayWish(null, Secret.of(""), null))) {
            assertThatThrownBy(() -> wish.on(wish.queue() == null ? HostState.NONE : two, "me@h"))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("several gateways need a queue they share");
        }
    }

    @Test
    void theAddressIsInNoChange() {
        String mark = new GatewayWish(2, NATS, null).on(HostState.NONE, "h").queue();
        List<Change> changes = new QueueSecret("h", mark, NATS).plan(List.of("folder"));
        assertThat(changes)
                .singleElement()
                .asString()
                .contains("Secret vfaas/queue")
                .doesNotContain("secret@");
        assertThat(new QueueSecret("h", mark, NATS).plan(List.of("queue " + mark)))
                .isEmpty();
        assertThat(new QueueSecret("h", mark, null).plan(List.of("queue " + mark)))
                .isEmpty();
        assertThat(new QueueSecret("h", "", null).plan(List.of("folder"))).isEmpty();
        assertThat(new QueueSecret("h", "", null).plan(List.of("queue " + mark)))
                .singleElement()
                .asString()
                .contains("forget");
    }

    @Test
    void aSecretSomeoneTookAwayIsTold() {
        assertThatThrownBy(() -> new QueueSecret("h", MARK, null).plan(List.of()))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("vfaas/queue")
                .hasMessageContaining("is gone");
        assertThatThrownBy(() -> new QueueSecret("h", MARK, null).plan(List.of("queue 123456789012")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("was changed by someone else");
    }

    @Test
    void theManifestHasTheNumberAndTheMark() {
        String text = new Manifests("image", "1", "node", new GatewayWish.Shape(2, MARK, false)).text();
        assertThat(text)
                .contains(
                        "\n  replicas: 2\n",
                        "vfaas.dev/queue: \"" + MARK + "\"",
                        "{name: VFAAS_ACCESS_LOG, value: \"off\"}")
                .doesNotContain("${");
    }
}
