package dev.vfaas.image;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.layer.HandlerFiles;
import dev.vfaas.image.layer.Layer;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.layer.LayerStore;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.image.toolchain.Component;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the layers of plans: archives files, and runs toolchains for dependencies and compiled handlers. What a toolchain made is archived at once
 * and its folder thrown away; the layer and the list of components stay under the layer's key.
 */
final class LayerMaker {
    private static final String KIND = "made";
    private static final String SEPARATOR = "\t";

    private final BuildCache cache;
    private final LayerStore store;
    private final boolean noCache;

    LayerMaker(BuildCache cache, boolean noCache) {
        this.cache = cache;
        this.store = new LayerStore(cache);
        this.noCache = noCache;
    }

    /** A layer with what went in. */
    record Made(LayerPlan plan, Layer layer, List<Component> components, boolean cached) {}

    /** The layer of a plan if the cache has it; null otherwise. */
    @Nullable
    Made find(LayerPlan plan) {
        if (noCache) {
            return null;
        }
        if (plan.content() instanceof LayerPlan.Files) {
            return store.find(plan.key())
                    .map(layer -> new Made(plan, layer, List.of(), true))
                    .orElse(null);
        }
        Optional<Map<String, String>> fields = cache.record(KIND, plan.key());
        if (fields.isEmpty()) {
            return null;
        }
        Layer layer = Layer.ofFields(fields.get());
        return layer.files() == 0 || cache.blob(layer.digest()).isPresent()
                ? new Made(plan, layer, components(fields.get()), true)
                : null;
    }

    /** The layer of a plan, made when the cache lacks it. A layer without files is to be left out of the image. */
    Made make(PlannedImage image, LayerPlan plan, BuildLog log, Steps steps) throws InterruptedException {
        Made found = find(plan);
        if (found != null) {
            return found;
        }
        return cache.exclusively(plan.key(), () -> {
            Made meanwhile = find(plan);
            if (meanwhile != null) {
                return meanwhile;
            }
            return switch (plan.content()) {
                case LayerPlan.Files files ->
                    new Made(plan, store.make(plan.key(), plan.name(), files.entries()), List.of(), false);
                case LayerPlan.Dependencies dependencies -> {
                    steps.step("resolving dependencies");
                    yield run(plan, into -> image.toolchain().resolve(image.source(), into, log));
                }
                case LayerPlan.Compiled compiled -> {
                    steps.step("compiling");
                    yield run(plan, into -> {
                        image.toolchain().compile(image.source(), into, log);
                        return List.of();
                    });
                }
            };
        });
    }

    /** Told what a layer's making is doing. */
    @FunctionalInterface
    interface Steps {
        void step(String what);
    }

    private interface Work {
        List<Component> fill(Path into) throws InterruptedException;
    }

    private Made run(LayerPlan plan, Work work) throws InterruptedException {
        Path folder = cache.workFolder();
        try {
            List<Component> components = work.fill(folder);
            List<LayerEntry> entries = HandlerFiles.made(folder, ImagePlan.WORKING_DIRECTORY);
            Layer layer = entries.isEmpty() ? new Layer("", 0, "", 0, 0) : store.archive(plan.name(), entries);
            Map<String, String> fields = new LinkedHashMap<>(layer.toFields());
            for (int i = 0; i < components.size(); i++) {
                Component component = components.get(i);
                fields.put(
                        "component." + i,
                        String.join(
                                SEPARATOR,
                                component.name(),
                                component.version(),
                                component.purl(),
                                component.license() == null
                                        ? ""
                                        : component.license().replaceAll("\\s+", " ")));
            }
            cache.putRecord(KIND, plan.key(), fields);
            return new Made(plan, layer, List.copyOf(components), false);
        } finally {
            FolderRemoval.remove(folder);
        }
    }

    private static List<Component> components(Map<String, String> fields) {
        List<Component> components = new ArrayList<>();
        fields.forEach((name, value) -> {
            if (name.startsWith("component.")) {
                String[] parts = value.split(SEPARATOR, -1);
                components.add(new Component(parts[0], parts[1], parts[2], parts[3].isEmpty() ? null : parts[3]));
            }
        });
        return components;
    }
}
