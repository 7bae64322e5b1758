package dev.vfaas.image;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.layer.Layer;
import dev.vfaas.image.oci.BaseImage;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import dev.vfaas.image.oci.MediaTypes;
import dev.vfaas.image.registry.BaseImages;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.image.toolchain.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a plan into an image of one platform: configuration and manifest in the cache's blobs, beside its layers. */
final class PlatformBuilder {
    private static final String KIND = "images";

    private final BuildCache cache;
    private final BaseImages bases;
    private final LayerMaker layers;
    private final boolean noCache;

    PlatformBuilder(BuildCache cache, BaseImages bases, boolean noCache) {
        this.cache = cache;
        this.bases = bases;
        this.layers = new LayerMaker(cache, noCache);
        this.noCache = noCache;
    }

    /** The image of a plan that was built before, without a look at its layers. */
    Optional<FunctionResult.PlatformImage> known(ImagePlan plan) {
        if (noCache) {
            return Optional.empty();
        }
        return cache.record(KIND, plan.key())
                .filter(fields ->
                        cache.blob(fields.getOrDefault("manifest", "")).isPresent())
                .map(fields -> new FunctionResult.PlatformImage(
                        plan.platform(),
                        fields.getOrDefault("manifest", ""),
                        Long.parseLong(fields.getOrDefault("size", "0")),
                        true,
                        plan,
                        List.of()));
    }

    /** Makes the image; layers that the cache has are used as they are. */
    FunctionResult.PlatformImage build(PlannedImage image, BuildLog log, LayerMaker.Steps steps)
            throws InterruptedException {
        ImagePlan plan = image.plan();
        List<ImageDocuments.MadeLayer> made = new ArrayList<>();
        List<Component> components = new ArrayList<>();
        boolean cached = true;
        long size = 0;
        for (LayerPlan layerPlan : plan.layers()) {
            LayerMaker.Made one = layers.make(image, layerPlan, log, steps);
            Layer layer = one.layer();
            cached &= one.cached();
            components.addAll(one.components());
            if (layer.files() > 0) {
                made.add(new ImageDocuments.MadeLayer(layerPlan.name(), layer));
                size += layer.size();
            }
        }
        BaseImage base =
                plan.base() == null || plan.baseDigest() == null ? null : bases.image(plan.base(), plan.baseDigest());
        ImageDocuments documents = new ImageDocuments();
        byte[] config = documents.config(plan, base, made);
        Descriptor configBlob = new Descriptor(MediaTypes.CONFIG, cache.putBlob(config), config.length);
        String digest = cache.putBlob(documents.manifest(configBlob, base, made, plan.annotations()));
        cache.putRecord(KIND, plan.key(), Map.of("manifest", digest, "size", Long.toString(size)));
        return new FunctionResult.PlatformImage(plan.platform(), digest, size, cached, plan, List.copyOf(components));
    }

    /** What went into an image's dependency layer, from the cache. */
    List<Component> components(ImagePlan plan) {
        List<Component> components = new ArrayList<>();
        for (LayerPlan layer : plan.layers()) {
            LayerMaker.Made made = layers.find(layer);
            if (made != null) {
                components.addAll(made.components());
            }
        }
        return components;
    }
}
