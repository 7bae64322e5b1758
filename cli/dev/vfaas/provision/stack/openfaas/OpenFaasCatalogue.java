package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.provision.stack.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What {@code installers/openfaas} says: which chart, with which values, under which terms. */
public final class OpenFaasCatalogue {
    private static final String FOLDER = "/installers/openfaas/";

    private final Map<String, Object> top;

    private OpenFaasCatalogue(Map<String, Object> top) {
        this.top = top;
    }

    /** The one that comes with this version. */
    public static OpenFaasCatalogue bundled() {
        return new OpenFaasCatalogue(tree("catalog.yml"));
    }

    /**
     * The terms of the Community Edition.
     *
     * @param version the date of the text
     * @param summary what a person must know, a line each
     */
    public record Terms(String name, String version, String url, List<String> summary) {}

    /** The chart's version. */
    public String version() {
        return text("chart", "version");
    }

    /** Hosts the server must reach. */
    public List<String> reach() {
        return ((List<?>) Objects.requireNonNull(top.get("reach")))
                .stream().map(String::valueOf).toList();
    }

    /** The terms that must be accepted. */
    public Terms terms() {
        List<String> summary = ((List<?>)
                        Objects.requireNonNull(section("terms").get("summary")))
                .stream().map(String::valueOf).toList();
        return new Terms(text("terms", "name"), text("terms", "version"), text("terms", "url"), summary);
    }

    /** The namespaces of OpenFaaS itself and of functions. */
    List<Manifest> namespaces() {
        return Manifest.parse(resource("namespaces.yaml"));
    }

    /** The HelmChart. */
    Manifest chart(Profile profile, Edition edition) {
        return Manifest.parse(resource("chart.yaml"))
                .getFirst()
                .with(text("chart", "repo"), "spec", "repo")
                .with(text("chart", "name"), "spec", "chart")
                .with(version(), "spec", "version")
                .with(Manifest.text(values(profile, edition)), "spec", "valuesContent");
    }

    private static Map<String, Object> values(Profile profile, Edition edition) {
        Map<String, Object> values = tree("values.yaml");
        merge(values, tree(profile.file()));
        if (edition == Edition.PAID) {
            merge(values, tree("values-pro.yaml"));
        }
        return values;
    }

    /** Puts {@code more} over {@code values}, mapping by mapping. */
    private static void merge(Map<String, Object> values, Map<?, ?> more) {
        more.forEach((key, value) -> {
            if (value instanceof Map<?, ?> section && values.get(String.valueOf(key)) instanceof Map<?, ?> old) {
                Map<String, Object> merged = new LinkedHashMap<>();
                merge(merged, old);
                merge(merged, section);
                values.put(String.valueOf(key), merged);
            } else {
                values.put(String.valueOf(key), value);
            }
        });
    }

    private Map<?, ?> section(String name) {
        return (Map<?, ?>) Objects.requireNonNull(top.get(name), name);
    }

    private String text(String section, String key) {
        return String.valueOf(Objects.requireNonNull(section(section).get(key), key));
    }

    private static Map<String, Object> tree(String file) {
        Map<String, Object> tree = new LinkedHashMap<>();
        Map<?, ?> read = new Yaml(new SafeConstructor(new LoaderOptions())).load(resource(file));
        merge(tree, read);
        return tree;
    }

    private static String resource(String file) {
        try (InputStream in = OpenFaasCatalogue.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("the catalogue is missing: " + FOLDER + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
