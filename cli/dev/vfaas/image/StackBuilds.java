package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FileHashes;
import dev.vfaas.image.layer.HandlerFiles;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import dev.vfaas.template.Template;
import dev.vfaas.template.Templates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The functions of a stack file as functions to build, with what the command line adds. */
public final class StackBuilds {
    private static final String ADDITIONAL_PACKAGES = "ADDITIONAL_PACKAGE";

    private final BuildCache cache;
    private final Options options;

    public StackBuilds(BuildCache cache, Options options) {
        this.cache = cache;
        this.options = options;
    }

    /**
     * What the command line says for all functions.
     *
     * @param platforms empty to go by the stack file, then by {@code defaultPlatform}
     * @param base overrides the templates' base image
     * @param buildOptions names that template.yml defines
     * @param copies paths as in {@code configuration.copy}
     */
    public record Options(
            List<Platform> platforms,
            Platform defaultPlatform,
            @Nullable String base,
            TagMode tag,
            Map<String, String> buildArguments,
            List<String> buildOptions,
            Map<String, String> labels,
            List<String> copies) {

        /** Nothing but a default platform. */
        public static Options of(Platform defaultPlatform) {
            return new Options(
                    List.of(), defaultPlatform, null, TagMode.LATEST, Map.of(), List.of(), Map.of(), List.of());
        }
    }

    /** The functions to build, in the order of the file; those with {@code skip_build} are left out. */
    public List<FunctionBuild> of(Stack stack) {
        Templates templates = new Templates(stack.baseDirectory());
        Map<String, Template> found = new LinkedHashMap<>();
        List<FunctionBuild> builds = new ArrayList<>();
        for (StackFunction function : stack.functions().values()) {
            if (!function.skipBuild()) {
                String lang = required(function.lang(), "lang", function, stack);
                builds.add(build(stack, function, found.computeIfAbsent(lang, templates::find)));
            }
        }
        return builds;
    }

    /** The name of a function's image with the tag that {@code --tag} makes; for functions that are deployed without being built too. */
    public ImageReference image(Stack stack, StackFunction function) {
        ImageReference image = ImageReference.parse(required(function.image(), "image", function, stack));
        if (options.tag() == TagMode.LATEST || function.handler() == null) {
            return image;
        }
        Path handler = stack.resolve(function.handler());
        return options.tag()
                .apply(
                        image,
                        stack.baseDirectory(),
                        () -> new HandlerFiles(new FileHashes(cache, handler)).list(handler, Map.of(), ""));
    }

    private FunctionBuild build(Stack stack, StackFunction function, Template template) {
        return new FunctionBuild(
                function.name(),
                image(stack, function),
                stack.resolve(required(function.handler(), "handler", function, stack)),
                template,
                platforms(function),
                options.base(),
                arguments(function, template),
                copies(stack),
                options.labels());
    }

    private static String required(@Nullable String value, String key, StackFunction function, Stack stack) {
        if (value == null || value.isEmpty()) {
            throw Failure.usage(stack.source() + ": function " + function.name() + " has no " + key);
        }
        return value;
    }

    private List<Platform> platforms(StackFunction function) {
        if (!options.platforms().isEmpty()) {
            return options.platforms();
        }
        if (options.defaultPlatform().host() || function.platforms().isEmpty()) {
            return List.of(options.defaultPlatform());
        }
        return function.platforms().stream().map(Platform::parse).distinct().toList();
    }

    private Map<String, String> arguments(StackFunction function, Template template) {
        Map<String, String> arguments = new TreeMap<>(function.buildArgs());
        arguments.putAll(options.buildArguments());
        List<String> names = new ArrayList<>(function.buildOptions());
        names.addAll(options.buildOptions());
        java.util.TreeSet<String> packages = new java.util.TreeSet<>();
        for (String name : names) {
            List<String> of = template.recipe().buildOptions().get(name);
            if (of == null) {
                throw Failure.usage("function " + function.name() + ": the template " + template.name()
                        + " has no build option \"" + name + "\"; it has: "
                        + String.join(", ", template.recipe().buildOptions().keySet()));
            }
            packages.addAll(of);
        }
        if (!packages.isEmpty()) {
            String given = arguments.get(ADDITIONAL_PACKAGES);
            if (given != null) {
                packages.addAll(List.of(given.strip().split("\\s+")));
            }
            arguments.put(ADDITIONAL_PACKAGES, String.join(" ", packages));
        }
        return arguments;
    }

    private Map<String, Path> copies(Stack stack) {
        Map<String, Path> copies = new TreeMap<>();
        List<String> paths = new ArrayList<>(stack.configuration().copy());
        paths.addAll(options.copies());
        for (String path : paths) {
            Path source = stack.resolve(path);
            Path relative = stack.baseDirectory().relativize(source);
            if (source.equals(stack.baseDirectory()) || !source.startsWith(stack.baseDirectory())) {
                throw Failure.usage(
                        "cannot copy " + path + " into the functions: it is not below " + stack.baseDirectory());
            }
            copies.put(relative.toString().replace(relative.getFileSystem().getSeparator(), "/"), source);
        }
        return copies;
    }
}
