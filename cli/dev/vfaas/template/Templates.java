package dev.vfaas.template;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.Suggestion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The templates there are: those built in (class path, {@code templates/index.yml}) and folders {@code ./template/NAME} beside a stack file, the
 * layout of OpenFaaS, which come first.
 */
public final class Templates {
    private static final String ROOT = "templates";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");

    /** Templates of OpenFaaS whose handlers run unchanged under one of ours. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            Map.entry("python", "python3"),
            Map.entry("python3-debian", "python3"),
            Map.entry("python3-flask", "python3"),
            Map.entry("python3-flask-debian", "python3"),
            Map.entry("python3-http-debian", "python3-http"),
            Map.entry("node", "node22"),
            Map.entry("node12", "node22"),
            Map.entry("node14", "node22"),
            Map.entry("node16", "node22"),
            Map.entry("node17", "node22"),
            Map.entry("golang-http", "go"),
            Map.entry("golang-middleware", "go"),
            Map.entry("golang", "go"),
            Map.entry("java", "java25"),
            Map.entry("java8", "java25"),
            Map.entry("java11", "java25"),
            Map.entry("java17", "java25"),
            Map.entry("java21", "java25"));

    private final Path directory;
    private final ClassLoader loader;

    /** Templates for a stack file in that folder. */
    public Templates(Path directory) {
        this(directory, Templates.class.getClassLoader());
    }

    Templates(Path directory, ClassLoader loader) {
        this.directory = directory;
        this.loader = loader;
    }

    /**
     * The template that {@code lang} names.
     *
     * @throws Failure (usage) with the nearest name and all there are, or with what is wrong in its template.yml
     */
    public Template find(String lang) {
        String name = lang.equals("Dockerfile") ? "dockerfile" : lang;
        if (!NAME.matcher(name).matches()) {
            throw unknown(lang);
        }
        Path local = directory.resolve("template").resolve(name);
        if (Files.isRegularFile(local.resolve("template.yml"))) {
            return read(name, new DiskFolder(local)).orElseThrow(() -> unknown(lang));
        }
        if (!builtIn().contains(name)) {
            throw unknown(lang);
        }
        return read(name, new ClassPathFolder(loader, ROOT + "/" + name)).orElseThrow(() -> unknown(lang));
    }

    /** Names of the built-in templates, sorted. */
    public List<String> builtIn() {
        ClassPathFolder root = new ClassPathFolder(loader, ROOT);
        return root
                .read("index.yml")
                .map(file -> RecipeParser.list(SourceText.decode(root.name("index.yml"), file.content()), "templates"))
                .orElse(List.of())
                .stream()
                .sorted()
                .toList();
    }

    /** Names of the templates in {@code ./template}, sorted. */
    public List<String> local() {
        Path folder = directory.resolve("template");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(path -> Files.isRegularFile(path.resolve("template.yml")))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Template> read(String name, TemplateFolder folder) {
        boolean dockerfile = folder.read("Dockerfile").isPresent();
        return folder.read("template.yml")
                .map(file -> SourceText.decode(folder.name("template.yml"), file.content()))
                .map(text -> new Template(name, new RecipeParser(name, text).parse(dockerfile), folder));
    }

    private Failure unknown(String lang) {
        TreeSet<String> all = new TreeSet<>(builtIn());
        all.addAll(local());
        String instead = INSTEAD.getOrDefault(lang, "");
        String suggestion =
                all.contains(instead) ? "; did you mean \"" + instead + "\"?" : Suggestion.phrase(lang, all);
        return Failure.usage(
                        "there is no template \"" + lang + "\"" + suggestion + "\ntemplates: " + String.join(", ", all))
                .next("vfaas new --list");
    }
}
