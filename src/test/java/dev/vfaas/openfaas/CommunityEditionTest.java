package dev.vfaas.openfaas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommunityEditionTest {
    private static FunctionDeployment function(
            String image, String namespace, Map<String, String> labels, Map<String, String> annotations) {
        return new FunctionDeployment(
                "f", image, namespace, null, Map.of(), List.of(), List.of(), labels, annotations, null, null, false);
    }

    private static List<String> labels(String key, String value) {
        return said(function("ghcr.io/me/f:1", null, Map.of("com.openfaas.scale." + key, value), Map.of()));
    }

    private static List<String> said(FunctionDeployment deployment) {
        return CommunityEdition.to(deployment).stream()
                .map(one -> (one.refused() ? "refused " : "ignored ") + one.field())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "zero,          true,  refused",
        "zero-duration, 5m,    refused",
        "type,          rps,   refused",
        "target,        50,    refused",
        "max,           6,     refused",
        "min,           6,     refused",
        "factor,        0,     refused",
        "min,           0,     ignored",
        "target-proportion, 0.9, ignored",
        "down.window,   30s,   ignored",
    })
    void labelsItDoesNotTake(String key, String value, String verdict) {
        assertThat(labels(key, value)).containsExactly(verdict + " labels.com.openfaas.scale." + key);
    }

    @ParameterizedTest
    @CsvSource({"zero, false", "max, 5", "min, 5", "min, 1", "factor, 20"})
    void labelsItTakes(String key, String value) {
        assertThat(labels(key, value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "topic,                              'a,b',  refused",
        "eks.amazonaws.com/role,             x,      refused",
        "cloud.gke.io/x,                     y,      refused",
        "com.openfaas.profile,               gpu,    ignored",
        "com.openfaas.serviceaccount,        s,      ignored",
        "com.openfaas.queue,                 slow,   ignored",
        "com.openfaas.health.http.path,      /up,    ignored",
        "com.openfaas.ready.http.path,       /up,    ignored",
    })
    void annotationsItDoesNotTake(String key, String value, String verdict) {
        assertThat(said(function("ghcr.io/me/f:1", null, Map.of(), Map.of(key, value))))
                .containsExactly(verdict + " annotations." + key);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:5000/f:1",
        "127.0.0.1:5000/f:1",
        "10.0.0.5:5000/f:1",
        "registry.local/f:1",
        "192.168.1.2/f",
        "vfaas.internal/f:1"
    })
    void imagesOfRegistriesThatAreNotPublic(String image) {
        assertThat(said(function(image, null, Map.of(), Map.of()))).containsExactly("refused image");
    }

    @Test
    void whatItRunsAsItIs() {
        FunctionDeployment plain =
                function("docker.io/me/f:1", "openfaas-fn", Map.of("team", "a"), Map.of("topic", "one"));
        assertThat(CommunityEdition.to(plain)).isEmpty();
    }

    @Test
    void otherNamespacesAndConstraints() {
        FunctionDeployment two = new FunctionDeployment(
                "f", "me/f", "dev", null, Map.of(), List.of("a=b"), List.of(), Map.of(), Map.of(), null, null, false);
        assertThat(said(two)).containsExactly("refused namespace", "ignored constraints");
    }
}
