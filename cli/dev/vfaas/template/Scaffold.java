package dev.vfaas.template;

import dev.vfaas.console.Failure;
import dev.vfaas.stack.DnsLabel;
import dev.vfaas.stack.NewFunction;
import dev.vfaas.stack.Quantities;
import dev.vfaas.stack.Quantity;
import dev.vfaas.stack.StackEditor;
import dev.vfaas.stack.StackLoader;
import dev.vfaas.stack.StackOptions;
import dev.vfaas.stack.StackSource;
import dev.vfaas.stack.Variables;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.TextFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a new function: its handler folder from a template, its entry in a stack file, and the lines .gitignore needs. Everything is checked before
 * anything is written; what is written goes to temporary names and is moved; a failure or an interruption leaves nothing behind.
 */
public final class Scaffold {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]*");
    private static final List<String> IGNORED = List.of("template", "build", ".secrets");

    private final Variables variables;
    private final Rollback rollback;

    /** A scaffold for stack files with those variables; {@code rollback} is to be run when the person interrupts. */
    public Scaffold(Variables variables, Rollback rollback) {
        this.variables = variables;
        this.rollback = rollback;
    }

    /** Writes the function. Throws a usage failure when a name is wrong or something is there already; then nothing was touched. */
    public Scaffolded create(ScaffoldRequest request) {
        DnsLabel.problem("function name", request.name()).ifPresent(problem -> {
            throw Failure.usage(problem);
        });
        check("request", request.requests());
        check("limit", request.limits());
        Path stackFile = stackFile(request);
        Path stackFolder = stackFile.getParent() == null ? request.directory() : stackFile.getParent();
        Template template = new Templates(stackFolder).find(request.lang());
        Path folder = handlerFolder(request);
        NewFunction function = new NewFunction(
                request.name(),
                template.name(),
                written(request, stackFolder, folder),
                image(request),
                request.requests(),
                request.limits());
        String stack = stackText(request, stackFile, function);
        List<TemplateFile> files = template.scaffold();
        try {
            List<FileChange> changes = new ArrayList<>();
            changes.add(new FileChange(stackFile, stack));
            gitignore(request.directory().resolve(".gitignore")).ifPresent(changes::add);
            write(folder, files, changes);
        } catch (IOException e) {
            throw Failure.failed("the function " + request.name() + " cannot be written: " + reason(e)
                            + "; nothing was changed")
                    .because(e);
        }
        List<String> names = new ArrayList<>();
        files.forEach(file -> names.add(shown(request.directory(), folder.resolve(file.path()))));
        names.add(shown(request.directory(), stackFile));
        return new Scaffolded(
                function,
                names,
                shown(request.directory(), stackFile),
                request.append() != null,
                template.recipe().welcomeMessage());
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " already exists";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void check(String what, @Nullable Quantities quantities) {
        if (quantities == null) {
            return;
        }
        Optional<String> memory = Optional.ofNullable(quantities.memory())
                .flatMap(text -> Quantity.memoryProblem("--memory-" + what, text));
        Optional<String> cpu =
                Optional.ofNullable(quantities.cpu()).flatMap(text -> Quantity.cpuProblem("--cpu-" + what, text));
        memory.or(() -> cpu).ifPresent(problem -> {
            throw Failure.usage(problem);
        });
    }

    private static String image(ScaffoldRequest request) {
        String prefix = request.prefix().strip().replaceAll("/+$", "");
        if (!prefix.isEmpty() && !PREFIX.matcher(prefix).matches()) {
            throw Failure.usage("the prefix \"" + prefix + "\" cannot begin an image's name; an example: ghcr.io/me");
        }
        return (prefix.isEmpty() ? "" : prefix + "/") + request.name() + ":latest";
    }

    /** The stack file, which must be there to be appended to and must not be there otherwise. */
    private static Path stackFile(ScaffoldRequest request) {
        String append = request.append();
        if (append == null) {
            for (String name : List.of("stack.yaml", "stack.yml")) {
                if (Files.exists(request.directory().resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                    throw Failure.usage("file: " + name + " already exists")
                            .next("vfaas new --lang " + request.lang() + " " + request.name() + " --append " + name);
                }
            }
            return request.directory().resolve("stack.yml");
        }
        if (!append.endsWith(".yml") && !append.endsWith(".yaml")) {
            throw Failure.usage("when appending to a stack the suffix should be .yml or .yaml, not as in " + append);
        }
        Path file = request.directory().resolve(append).normalize();
        if (!Files.exists(file)) {
            throw Failure.usage("unable to find file: " + append)
                    .next("vfaas new --lang " + request.lang() + " " + request.name());
        }
        return file;
    }

    private static Path handlerFolder(ScaffoldRequest request) {
        String handler = request.handler();
        String named = handler == null ? request.name() : handler;
        Path folder = request.directory().resolve(named).normalize();
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw Failure.usage("folder: " + shown(request.directory(), folder) + " already exists")
                    .next("choose another name, or another folder with --handler");
        }
        return folder;
    }

    /** The handler's folder as the stack file names it: from the stack file's folder, absolute only when typed so. */
    private static String written(ScaffoldRequest request, Path stackFolder, Path folder) {
        String handler = request.handler();
        if (handler != null && Path.of(handler).isAbsolute()) {
            return folder.toString();
        }
        String relative = stackFolder
                .toAbsolutePath()
                .normalize()
                .relativize(folder.toAbsolutePath().normalize())
                .toString()
                .replace('\\', '/');
        return relative.startsWith("../") ? relative : "./" + relative;
    }

    private String stackText(ScaffoldRequest request, Path stackFile, NewFunction function) {
        String append = request.append();
        if (append == null) {
            return String.join("\n", function.file(request.gateway())) + "\n";
        }
        new StackLoader(variables).load(new StackSource.File(append, stackFile), StackOptions.DEFAULT);
        SourceText text = TextFile.read("stack file", append, stackFile);
        return new StackEditor().append(text, function);
    }

    private static Optional<FileChange> gitignore(Path file) throws IOException {
        String text = "";
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            text = TextFile.read("file", ".gitignore", file).text();
        }
        List<String> there = text.lines().map(String::strip).toList();
        List<String> missing = IGNORED.stream()
                .filter(line -> !there.contains(line) && !there.contains("/" + line))
                .toList();
        String begin = text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new FileChange(file, begin + String.join("\n", missing) + "\n"));
    }

    private void write(Path folder, List<TemplateFile> files, List<FileChange> changes) throws IOException {
        try {
            Path parent = folder.toAbsolutePath().getParent();
            List<Path> missing = new ArrayList<>();
            for (Path up = parent; up != null && !Files.exists(up); up = up.getParent()) {
                missing.addFirst(up);
            }
            for (Path up : missing) {
                rollback.atomic(() -> Files.createDirectory(up), () -> Files.deleteIfExists(up));
            }
            Path temporary = FileChange.temporaryFor(folder);
            rollback.step(() -> Template.write(files, temporary), () -> delete(temporary));
            for (FileChange change : changes) {
                rollback.step(change::prepare, change::discard);
            }
            rollback.atomic(() -> Files.move(temporary, folder), () -> delete(folder));
            for (FileChange change : changes) {
                rollback.atomic(change::apply, change::revert);
            }
            rollback.commit();
        } finally {
            rollback.run();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String shown(Path directory, Path path) {
        Path base = directory.toAbsolutePath().normalize();
        Path absolute = path.toAbsolutePath().normalize();
        return absolute.startsWith(base)
                ? "./" + base.relativize(absolute).toString().replace('\\', '/')
                : absolute.toString();
    }
}
