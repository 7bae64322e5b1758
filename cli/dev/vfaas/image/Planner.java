package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FileHashes;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.layer.HandlerFiles;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.layer.LayerStore;
import dev.vfaas.image.registry.BaseImages;
import dev.vfaas.image.toolchain.FunctionSource;
import dev.vfaas.image.toolchain.Toolchain;
import dev.vfaas.image.toolchain.Toolchains;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides what an image will be: reads and hashes what goes in, and runs no resolver and no compiler. */
final class Planner {
    private static final String FUNCTION = ImagePlan.WORKING_DIRECTORY + "/function";
    private static final String SPECIFICATION = "org.opencontainers.image.";

    private final BuildCache cache;
    private final BaseImages bases;
    private final Toolchains toolchains;

    Planner(BuildCache cache, BaseImages bases, Toolchains toolchains) {
        this.cache = cache;
        this.bases = bases;
        this.toolchains = toolchains;
    }

    /** The user's files as entries of the handler layer. */
    List<LayerEntry> handlerFiles(FunctionBuild function) {
        FileHashes hashes = new FileHashes(cache, function.handler());
        List<LayerEntry> files = new HandlerFiles(hashes).list(function.handler(), function.copies(), FUNCTION);
        hashes.save();
        if (files.isEmpty()) {
            throw Failure.usage("the handler folder " + function.handler() + " of " + function.name()
                    + " holds no file that goes into an image");
        }
        return files;
    }

    /** The plan for one platform; it is on its base already when that is known without asking a registry. */
    PlannedImage plan(FunctionBuild function, Platform platform, TemplateFiles files, List<LayerEntry> handler) {
        var recipe = function.template().recipe();
        Toolchain toolchain = toolchains.named(recipe.toolchain());
        FunctionSource source = new FunctionSource(
                function.name(),
                function.handler(),
                files.code(),
                files.server(),
                platform,
                recipe.settings(),
                function.buildArguments());
        ImageReference base = platform.host() ? null : base(function);
        List<LayerPlan> layers = layers(toolchain, source, recipe.toolchain(), files, handler);
        ImagePlan plan = new ImagePlan(
                function.name(),
                platform,
                base,
                null,
                layers,
                recipe.environment(),
                recipe.entrypoint(),
                platform.host() ? null : ImagePlan.USER,
                labels(function, platform),
                annotations(function));
        if (base != null) {
            plan = bases.known(base, platform).map(plan::on).orElse(plan);
        }
        return new PlannedImage(plan, source, toolchain);
    }

    private static @Nullable ImageReference base(FunctionBuild function) {
        String base = function.effectiveBase();
        if (base == null) {
            throw Failure.failed("the template " + function.template().name() + " names no base image")
                    .next("give one with --base, or --base scratch");
        }
        return base.equals("scratch") ? null : ImageReference.parse(base);
    }

    private static List<LayerPlan> layers(
            Toolchain toolchain, FunctionSource source, String name, TemplateFiles files, List<LayerEntry> handler) {
        List<LayerPlan> layers = new ArrayList<>();
        boolean compiles = toolchain.compiles();
        if (!compiles && !files.serverEntries().isEmpty()) {
            layers.add(ofFiles("server", files.serverEntries()));
        }
        String dependencies = toolchain.dependencyKey(source);
        if (!dependencies.isEmpty()) {
            String key = keyed("dependencies/2", name, source).add(dependencies).hex();
            layers.add(new LayerPlan("dependencies", key, new LayerPlan.Dependencies()));
        }
        if (!compiles && !files.codeEntries().isEmpty()) {
            layers.add(ofFiles("template", files.codeEntries()));
        }
        if (compiles) {
            String key = keyed("compiled/2", name, source)
                    .add(dependencies)
                    .add(toolchain.compilerKey(source))
                    .add(files.key())
                    .add(LayerStore.key(handler))
                    .hex();
            layers.add(new LayerPlan("handler", key, new LayerPlan.Compiled()));
        } else {
            layers.add(ofFiles("handler", handler));
        }
        return layers;
    }

    private static LayerPlan ofFiles(String name, List<LayerEntry> entries) {
        return new LayerPlan(name, LayerStore.key(entries), new LayerPlan.Files(entries));
    }

    private static Fingerprint keyed(String kind, String toolchain, FunctionSource source) {
        return new Fingerprint(kind)
                .add(toolchain)
                .add(source.platform().toString())
                .add(source.platform().os())
                .add(source.platform().architecture())
                .add(source.settings())
                .add(source.buildArguments());
    }

    static Map<String, String> labels(FunctionBuild function, Platform platform) {
        Map<String, String> labels = new TreeMap<>(function.labels());
        labels.putIfAbsent(SPECIFICATION + "title", function.name());
        labels.put("dev.vfaas.function", function.name());
        labels.put("dev.vfaas.template", function.template().name());
        labels.put(ImagePlan.PLATFORM_LABEL, platform.toString());
        return labels;
    }

    private static Map<String, String> annotations(FunctionBuild function) {
        Map<String, String> annotations = new TreeMap<>();
        function.labels().forEach((key, value) -> {
            if (key.startsWith(SPECIFICATION)) {
                annotations.put(key, value);
            }
        });
        annotations.putIfAbsent(SPECIFICATION + "title", function.name());
        return annotations;
    }
}
