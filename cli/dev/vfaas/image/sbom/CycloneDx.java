package dev.vfaas.image.sbom;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.FunctionResult;
import dev.vfaas.image.ImagePlan;
import dev.vfaas.image.toolchain.Component;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Says what went into images: CycloneDX 1.6 as JSON. One document for all images of a build; each image is a container component whose own
 * components are its base image, its template and the packages the toolchain resolved. The same images give the same bytes: no serial number and no
 * time, which the specification leaves free.
 */
public final class CycloneDx {
    private final ObjectMapper json = new ObjectMapper();
    private final String version;

    /** Documents written by this version of vfaas. */
    public CycloneDx(String version) {
        this.version = version;
    }

    /** The document, indented, with a final line feed. */
    public String of(List<FunctionResult.Built> builds) {
        ObjectNode root = json.createObjectNode();
        root.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        root.put("bomFormat", "CycloneDX");
        root.put("specVersion", "1.6");
        root.put("version", 1);
        ObjectNode tool = root.putObject("metadata")
                .putObject("tools")
                .putArray("components")
                .addObject();
        tool.put("type", "application").put("name", "vfaas").put("version", version);
        ArrayNode images = root.putArray("components");
        builds.stream()
                .sorted(Comparator.comparing(FunctionResult.Built::function))
                .forEach(built -> built.platforms().forEach(image -> image(images.addObject(), built, image)));
        try {
            return json.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(root)
                            .replace("\r\n", "\n") + "\n";
        } catch (IOException e) {
            throw Failure.failed("cannot write the SBOM: " + e.getMessage()).because(e);
        }
    }

    private static void image(ObjectNode node, FunctionResult.Built built, FunctionResult.PlatformImage image) {
        ImagePlan plan = image.plan();
        node.put("type", "container");
        node.put("bom-ref", built.image().name() + "@" + image.digest());
        node.put("name", built.image().name());
        node.put("version", image.digest());
        properties(node, "vfaas:platform", image.platform().toString());
        ArrayNode parts = node.putArray("components");
        String owner = built.image().name() + "@" + image.digest() + "#";
        if (plan.base() != null && plan.baseDigest() != null) {
            ObjectNode base = parts.addObject();
            base.put("type", "container").put("bom-ref", owner + "base");
            base.put("name", plan.base().name()).put("version", plan.baseDigest());
            properties(base, "vfaas:reference", plan.base().toString());
        }
        String template = plan.labels().getOrDefault("dev.vfaas.template", "");
        ObjectNode code = parts.addObject();
        code.put("type", "framework").put("bom-ref", owner + "template");
        code.put("name", template);
        image.plan().layers().stream()
                .filter(layer -> layer.name().equals("template"))
                .forEach(layer -> code.put("version", layer.key().substring(0, 12)));
        TreeMap<String, Component> sorted = new TreeMap<>();
        image.components().forEach(component -> sorted.put(component.purl(), component));
        sorted.values().forEach(component -> {
            ObjectNode part = parts.addObject();
            part.put("type", "library").put("bom-ref", owner + component.purl());
            part.put("name", component.name()).put("version", component.version());
            if (component.license() != null) {
                part.putArray("licenses").addObject().putObject("license").put("name", component.license());
            }
            part.put("purl", component.purl());
        });
    }

    private static void properties(ObjectNode node, String name, String value) {
        node.putArray("properties").addObject().put("name", name).put("value", value);
    }
}
