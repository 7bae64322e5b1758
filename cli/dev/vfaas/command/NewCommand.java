package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.View;
import dev.vfaas.stack.Quantities;
import dev.vfaas.stack.Variables;
import dev.vfaas.template.Rollback;
import dev.vfaas.template.Scaffold;
import dev.vfaas.template.ScaffoldRequest;
import dev.vfaas.template.Scaffolded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas new}. */
@Command(
        name = "new",
        description = "Write a function's first files and its entry in a stack file",
        footer = {
            "",
            "Writes ./NAME and ./stack.yml, and adds template, build and .secrets to .gitignore. Changes nothing that is there.",
            "A template of one's own lies in ./template/NAME and comes before a built-in one of that name.",
            "JSON: {name, lang, handler, image, stackFile, files: []}; with --list [{name, language, location}]",
            "",
            "Examples:",
            "  vfaas new --lang python3 image-resizer",
            "  vfaas new --lang node22 thumbs --append stack.yml --prefix ghcr.io/me",
            "  vfaas new --list"
        })
final class NewCommand implements Callable<Integer> {
    private static final String GATEWAY = "http://127.0.0.1:8080";

    private final Session session;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            description = "the function's name: a-z, 0-9 and dashes, at most 63")
    @Nullable
    String name;

    @Option(names = "--lang", paramLabel = "TEMPLATE", description = "the template; --list shows them")
    @Nullable
    String lang;

    @Option(names = "--list", description = "show the templates there are")
    boolean list;

    @Option(
            names = {"-a", "--append"},
            paramLabel = "FILE",
            description = "add the function to this stack file instead of writing ./stack.yml")
    @Nullable
    String append;

    @Option(names = "--handler", paramLabel = "DIR", description = "the folder to write (default: ./NAME)")
    @Nullable
    String handler;

    @Option(
            names = {"-p", "--prefix"},
            paramLabel = "PREFIX",
            description = "begins the image's name, for example ghcr.io/me (default: $OPENFAAS_PREFIX)")
    @Nullable
    String prefix;

    @Option(
            names = {"-g", "--gateway"},
            paramLabel = "URL",
            description = "provider.gateway of a new stack file (default: " + GATEWAY + ")")
    String gateway = GATEWAY;

    @Option(names = "--memory-limit", paramLabel = "QUANTITY", description = "for example 128Mi")
    @Nullable
    String memoryLimit;

    @Option(names = "--cpu-limit", paramLabel = "QUANTITY", description = "for example 500m")
    @Nullable
    String cpuLimit;

    @Option(names = "--memory-request", paramLabel = "QUANTITY", description = "for example 64Mi")
    @Nullable
    String memoryRequest;

    @Option(names = "--cpu-request", paramLabel = "QUANTITY", description = "for example 100m")
    @Nullable
    String cpuRequest;

    @Option(
            names = {"-q", "--quiet"},
            description = "leave out the template's notes")
    boolean quiet;

    @Mixin
    OutputOptions output = new OutputOptions();

    NewCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (list) {
            output.show(session.console(), TemplateList.of(session.environment().workingDirectory()));
            return ExitCode.OK.code();
        }
        Rollback rollback = new Rollback();
        try (Console.Cleanup _ = session.console().onInterrupt(rollback)) {
            Scaffolded made = new Scaffold(Variables.of(session.environment().variables()), rollback).create(request());
            show(made);
            return ExitCode.OK.code();
        }
    }

    private ScaffoldRequest request() {
        String example = "vfaas new --lang python3 " + (name == null ? "NAME" : name);
        if (lang == null) {
            throw Failure.usage("you must supply a function language with the --lang flag")
                    .next(example + ", or vfaas new --list");
        }
        if (name == null) {
            throw Failure.usage("please provide a name for the function").next("vfaas new --lang " + lang + " NAME");
        }
        String fromEnvironment = session.environment().get("OPENFAAS_PREFIX");
        return new ScaffoldRequest(
                session.environment().workingDirectory(),
                name,
                lang,
                handler,
                prefix != null ? prefix : fromEnvironment != null ? fromEnvironment : "",
                append,
                gateway,
                quantities(memoryRequest, cpuRequest),
                quantities(memoryLimit, cpuLimit));
    }

    private static @Nullable Quantities quantities(@Nullable String memory, @Nullable String cpu) {
        return memory == null && cpu == null ? null : new Quantities(memory, cpu);
    }

    private void show(Scaffolded made) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("name", made.function().name());
        data.put("lang", made.function().lang());
        data.put("handler", made.function().handler());
        data.put("image", made.function().image());
        data.put("stackFile", made.stackFile());
        data.put("files", made.files());
        output.show(
                session.console(),
                new View(
                        data,
                        () -> String.join("\n", made.files()),
                        () -> List.of(made.function().name())));
        String notes = made.welcome();
        if (!quiet && notes != null && !notes.isBlank()) {
            session.console().info("");
            session.console().info(notes.stripTrailing());
        }
        boolean found =
                made.stackFile().equals("./stack.yml") || made.stackFile().equals("./stack.yaml");
        session.console().info("");
        session.console().info("next: vfaas up" + (found ? "" : " -f " + made.stackFile()));
    }
}
