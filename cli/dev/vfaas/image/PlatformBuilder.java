package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.layer.Layer;
import dev.vfaas.image.layer.LayerEntry;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
        if (noCache || !plan.complete()) {
            return Optional.empty();
        }
        List<Component> components = new ArrayList<>();
        for (LayerPlan layer : plan.layers()) {
            if (layer.content() instanceof LayerPlan.Dependencies) {
                LayerMaker.Made made = layers.find(layer);
                if (made == null) {
                    return Optional.empty();
                }
                components.addAll(made.components());
            }
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
                        components));
    }

    /** Makes the image; layers that the cache has are used as they are. The base is asked for while layers are made. */
    FunctionResult.PlatformImage build(PlannedImage image, BuildLog log, LayerMaker.Steps steps)
            throws InterruptedException {
        ImagePlan planned = image.plan();
        ImageReference base = planned.base();
        if (base == null || planned.baseDigest() != null) {
            return assemble(planned, make(image, log, steps));
        }
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> digest = executor.submit(() -> bases.ask(base, planned.platform()));
            List<LayerMaker.Made> made;
            try {
                made = make(image, log, steps);
            } catch (RuntimeException | InterruptedException e) {
                digest.cancel(true);
                throw e;
            }
            steps.step("waiting for the base image " + base);
            return assemble(planned.on(digest.get()), made);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private List<LayerMaker.Made> make(PlannedImage image, BuildLog log, LayerMaker.Steps steps)
            throws InterruptedException {
        List<LayerMaker.Made> made = new ArrayList<>();
        for (LayerPlan layer : image.plan().layers()) {
            made.add(layers.make(image, layer, log, steps));
        }
        return made;
    }

    private FunctionResult.PlatformImage assemble(ImagePlan plan, List<LayerMaker.Made> made) {
        List<ImageDocuments.MadeLayer> present = made.stream()
                .filter(one -> one.layer().files() > 0)
                .map(one -> new ImageDocuments.MadeLayer(one.plan().name(), one.layer()))
                .toList();
        BaseImage base =
                plan.base() == null || plan.baseDigest() == null ? null : bases.image(plan.base(), plan.baseDigest());
        ImageDocuments documents = new ImageDocuments();
        byte[] config = documents.config(plan, base, present);
        Descriptor configBlob = new Descriptor(MediaTypes.CONFIG, cache.putBlob(config), config.length);
        String digest = cache.putBlob(documents.manifest(configBlob, base, present, plan.annotations()));
        long size = present.stream().mapToLong(layer -> layer.layer().size()).sum();
        cache.putRecord(KIND, plan.key(), Map.of("manifest", digest, "size", Long.toString(size)));
        return new FunctionResult.PlatformImage(
                plan.platform(),
                digest,
                size,
                made.stream().allMatch(LayerMaker.Made::cached),
                plan,
                made.stream().flatMap(one -> one.components().stream()).toList());
    }

    /** A layer as a dry run shows it. */
    DryRun.PlannedLayer dryRun(LayerPlan plan) {
        LayerMaker.Made made = layers.find(plan);
        if (made != null) {
            Layer layer = made.layer();
            return new DryRun.PlannedLayer(plan.name(), layer.files(), layer.contentSize(), layer.digest(), true);
        }
        if (plan.content() instanceof LayerPlan.Files files) {
            long size = files.entries().stream().mapToLong(LayerEntry::size).sum();
            return new DryRun.PlannedLayer(plan.name(), files.entries().size(), size, null, false);
        }
        return new DryRun.PlannedLayer(plan.name(), null, null, null, false);
    }
}
