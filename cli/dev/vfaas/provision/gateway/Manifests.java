package dev.vfaas.provision.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The objects of the gateway as they shall be in the cluster: installers/vfaas/gateway.yaml, filled in. */
final class Manifests {
    private static final String TEMPLATE = "/installers/vfaas/gateway.yaml";

    private final String image;
    private final String text;
    private final List<ClusterObject> objects;

    /**
     * @param image the gateway's, as containerd knows it
     * @param version of vfaas
     * @param node the node that has the gateway's data
     */
    Manifests(String image, String version, String node, GatewayWish.Shape shape) {
        this.image = image;
        this.text = template()
                .replace("${image}", image)
                .replace("${version}", version)
                .replace("${node}", node)
                .replace("${replicas}", Integer.toString(shape.replicas()))
                .replace("${queue}", shape.queue())
                .replace("${accessLog}", shape.accessLog() ? "-" : "off");
        List<ClusterObject> all = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        for (Object document : yaml.loadAll(text)) {
            if (document instanceof Map<?, ?> fields) {
                all.add(new ClusterObject(fields));
            }
        }
        this.objects = List.copyOf(all);
    }

    /** The gateway's image, as containerd knows it. */
    String image() {
        return image;
    }

    /** For {@code kubectl apply}. */
    String text() {
        return text;
    }

    /** The document of a kind there is one of. */
    String only(String kind) {
        return Arrays.stream(text.split("(?m)^---$"))
                .filter(document -> document.contains("\nkind: " + kind + "\n"))
                .findFirst()
                .orElseThrow();
    }

    /** In the order they are applied. */
    List<ClusterObject> objects() {
        return objects;
    }

    private static String template() {
        try (InputStream resource = Manifests.class.getResourceAsStream(TEMPLATE)) {
            if (resource == null) {
                throw new IllegalStateException(TEMPLATE + " is missing in this program");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
