package dev.vfaas.provision.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.Json;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Observed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ManifestTest {
    private final Manifest wanted = Manifest.parse("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, namespace: b, labels: {team: x}}
            data:
              text: |
                one
                two
              port: "8080"
            """).getFirst();

    private static Observed.Answer answer(Object... objects) {
        return new Observed.Answer(0, new Json().write(Map.of("kind", "List", "items", List.of(objects))));
    }

    /** As the API server tells it: with more than was asked for. */
    private Map<String, Object> there() {
        Map<String, Object> tree = new Yaml().load(wanted.yaml());
        @SuppressWarnings("unchecked")
        Map<String, Object> metadata = (Map<String, Object>) tree.get("metadata");
        metadata.put("uid", "123");
        tree.put("status", Map.of("phase", "fine"));
        return tree;
    }

    @Test
    void whatIsAsItShallBeIsLeftAlone() {
        assertThat(new ClusterObjects(List.of(wanted)).changes(answer(there()))).isEmpty();
    }

    @Test
    void whatIsMissingIsMade() {
        List<Change> changes = new ClusterObjects(List.of(wanted)).changes(new Observed.Answer(1, ""));
        assertThat(changes).singleElement().extracting(Change::line).isEqualTo("+ ConfigMap b/a");
    }

    @Test
    void whatSomeoneChangedShowsAsADifference() {
        Map<String, Object> tree = there();
        tree.put("data", new LinkedHashMap<>(Map.of("text", "one\nthree\n", "port", "8080", "more", "kept")));
        List<Change> changes = new ClusterObjects(List.of(wanted)).changes(answer(tree));
        assertThat(changes).singleElement().extracting(Change::line).isEqualTo("~ ConfigMap b/a");
        assertThat(new dev.vfaas.provision.engine.Diff().of(changes.getFirst()))
                .contains("-     three", "+     two")
                .noneMatch(line -> line.contains("kept"));
    }

    @Test
    void whatALaterVersionLeavesOutIsAChange() {
        Manifest less = new Manifest(wanted.tree()).with(Map.of("port", "8080"), "data");
        assertThat(new ClusterObjects(List.of(less)).changes(answer(there()))).hasSize(1);
    }

    @Test
    void itIsMarkedAsOurs() {
        assertThat(wanted.yaml()).contains("app.kubernetes.io/managed-by: vfaas", "vfaas.dev/manifest: ", "team: x");
    }
}
