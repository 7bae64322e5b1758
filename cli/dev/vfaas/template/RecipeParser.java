package dev.vfaas.template;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.YamlParser;
import dev.vfaas.yaml.YamlReader;
import dev.vfaas.yaml.YamlValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template.yml. With {@code toolchain} it is ours and unknown keys are errors; without, it is one of OpenFaaS's, whose further keys mean
 * nothing here and whose folder must have a Dockerfile.
 */
final class RecipeParser {
    private static final List<String> TOOLCHAINS = List.of("python", "node", "java", "go", "dockerfile");
    private static final List<String> KEYS = List.of(
            "language",
            "toolchain",
            "base",
            "server",
            "files",
            "scaffold",
            "entrypoint",
            "environment",
            "fprocess",
            "build_options",
            "handler_folder",
            "welcome_message",
            "mount_ssh");

    private final String name;
    private final Problems problems;
    private final YamlReader reader;

    RecipeParser(String name, SourceText text) {
        this.name = name;
        this.problems = new Problems(text);
        this.reader = new YamlReader(problems);
    }

    /** The recipe. Throws a usage failure with file, line and column of all that is wrong. */
    TemplateRecipe parse(boolean hasDockerfile) {
        Optional<YamlValue> document = YamlParser.parse(problems);
        problems.throwIfAny();
        Map<String, YamlValue> keys = new LinkedHashMap<>();
        YamlValue root = document.orElse(new YamlValue.Null(new Position(1, 1)));
        reader.entries(root, "").forEach(entry -> keys.put(entry.key(), entry.value()));
        boolean ours = keys.containsKey("toolchain");
        String toolchain = toolchain(keys.get("toolchain"), root.position(), hasDockerfile);
        Map<String, String> settings = settings(root, toolchain, ours);
        String handlerFolder = orElse(text(keys, "handler_folder"), "function");
        if (handlerFolder.contains("..") || handlerFolder.startsWith("/")) {
            problems.add(root.position(), "handler_folder \"" + handlerFolder + "\" must lie in the template's folder");
        }
        TemplateRecipe recipe = new TemplateRecipe(
                orElse(text(keys, "language"), name),
                toolchain,
                text(keys, "base"),
                text(keys, "server"),
                paths(keys, "files"),
                paths(keys, "scaffold"),
                texts(keys, "entrypoint"),
                textMap(keys, "environment"),
                settings,
                text(keys, "fprocess"),
                buildOptions(keys.get("build_options")),
                handlerFolder,
                text(keys, "welcome_message"));
        if (ours && !toolchain.equals("dockerfile") && recipe.entrypoint().isEmpty()) {
            problems.add(root.position(), "there is no entrypoint");
        }
        problems.throwIfAny();
        return recipe;
    }

    private String toolchain(@Nullable YamlValue value, Position start, boolean hasDockerfile) {
        if (value == null) {
            if (!hasDockerfile) {
                problems.add(start, "the template \"" + name + "\" has neither a toolchain nor a Dockerfile");
            }
            return "dockerfile";
        }
        String toolchain = reader.text(value, "toolchain").orElse("");
        if (!TOOLCHAINS.contains(toolchain)) {
            problems.add(value.position(), "toolchain must be one of " + String.join(", ", TOOLCHAINS));
        }
        return toolchain;
    }

    private Map<String, String> settings(YamlValue root, String toolchain, boolean strict) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (!strict) {
            return settings;
        }
        List<YamlValue.Entry> others = reader.entries(root, "").stream()
                .filter(entry -> !entry.key().startsWith(toolchain + "_"))
                .toList();
        reader.section(new YamlValue.Mapping(root.position(), others), "", KEYS);
        for (YamlValue.Entry entry : reader.entries(root, "")) {
            if (entry.key().startsWith(toolchain + "_")) {
                reader.text(entry.value(), entry.key()).ifPresent(text -> settings.put(entry.key(), text));
            }
        }
        return settings;
    }

    private Map<String, List<String>> buildOptions(@Nullable YamlValue value) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        if (!(value instanceof YamlValue.Sequence sequence)) {
            return options;
        }
        for (YamlValue item : sequence.items()) {
            Map<String, YamlValue> option = new LinkedHashMap<>();
            reader.entries(item, "an entry of build_options").forEach(entry -> option.put(entry.key(), entry.value()));
            String key = text(option, "name");
            if (key != null) {
                options.put(key, texts(option, "packages"));
            }
        }
        return options;
    }

    private @Nullable String text(Map<String, YamlValue> keys, String key) {
        YamlValue value = keys.get(key);
        return value == null ? null : reader.text(value, key).orElse(null);
    }

    private List<String> texts(Map<String, YamlValue> keys, String key) {
        YamlValue value = keys.get(key);
        return value == null ? List.of() : reader.texts(value, key, (at, text) -> {});
    }

    private @Nullable List<String> paths(Map<String, YamlValue> keys, String key) {
        YamlValue value = keys.get(key);
        return value == null
                ? null
                : reader.texts(value, key, (at, path) -> {
                    if (path.startsWith("/") || List.of(path.split("[/\\\\]")).contains("..")) {
                        problems.add(at, key + " \"" + path + "\" must lie in the template's folder");
                    }
                });
    }

    private Map<String, String> textMap(Map<String, YamlValue> keys, String key) {
        YamlValue value = keys.get(key);
        return value == null ? Map.of() : reader.textMap(value, key);
    }

    private static String orElse(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    /** The list {@code key} of a small YAML file that has nothing else, such as files.yml and index.yml. */
    static List<String> list(SourceText text, String key) throws Failure {
        Problems problems = new Problems(text);
        YamlReader reader = new YamlReader(problems);
        Optional<YamlValue> document = YamlParser.parse(problems);
        List<String> list = document.map(
                        root -> reader.section(root, "", List.of(key)).get(key))
                .map(value -> reader.texts(value, key, (at, item) -> {}))
                .orElse(List.of());
        problems.throwIfAny();
        return list;
    }
}
