package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Observed.Answer;
import dev.vfaas.provision.engine.Observed.FileState;
import dev.vfaas.provision.engine.Observed.UnitState;
import dev.vfaas.provision.facts.Sections;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts questions to a host in one round trip. */
final class ObserveScript {
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    private static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            running=0
            while [ $# -gt 0 ]; do
              case $1 in
              file)
                if [ -f "$2" ]; then
                  sum=$(sha256sum < "$2"); about=$(stat -c '%a %U:%G %s' "$2")
                  echo "file $2"; echo " ${sum%% *} $about"
                  if [ "$3" = content ] && [ "${about##* }" -le 65536 ]; then echo "content $2"; base64 < "$2" | sed 's/^/ /'; fi
                else
                  folder=${2%/*}
                  while [ ! -d "$folder/" ]; do folder=${folder%/*}; done
                  echo "absent $2"; echo " $folder"
                fi ;;
              unit)
                echo "unit $2"
                systemctl show "$2" -p LoadState,ActiveState,UnitFileState,NRestarts,ActiveEnterTimestamp 2>/dev/null | sed 's/^/ /' ;;
              script)
                # Three at a time, since most wait for another program; each says all it has to say at once, by a lock of its own on "/".
                (
                  output=$(timeout 25 sh -c "$3" 2>/dev/null </dev/null); code=$?
                  exec 9</; flock 9
                  echo "answer $2"; echo " $code"; printf '%s\\n' "$output" | sed 's/^/ /'
                ) &
                running=$((running + 1)); if [ "$running" -ge 3 ]; then wait; running=0; fi ;;
              esac
              shift 3
            done
            wait
            """;

    /** Answers all questions; those asked twice are answered once. */
    Observed ask(Server server, List<Question> questions) {
        if (questions.isEmpty()) {
            return Observed.NOTHING;
        }
        List<String> arguments = new ArrayList<>();
        // Scripts last: they are answered at the same time as what comes after them.
        merged(questions).stream()
                .sorted(Comparator.comparing(question -> question instanceof Question.OfScript))
                .forEach(question -> arguments.addAll(arguments(question)));
        Completed completed = server.runAsRoot(Command.script(SCRIPT, arguments.toArray(String[]::new)), DEADLINE);
        if (!completed.ok()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    server.name() + ": the state of the server could not be read (exit " + completed.exitCode() + "): "
                            + completed.err().strip());
        }
        return parse(completed.out());
    }

    /** One question a thing; content is wanted when anyone wants it. */
    private static List<Question> merged(List<Question> questions) {
        Map<String, Question> merged = new LinkedHashMap<>();
        for (Question question : questions) {
            switch (question) {
                case Question.OfFile file -> {
                    boolean content = file.content()
                            || merged.get("file " + file.path()) instanceof Question.OfFile before && before.content();
                    merged.put("file " + file.path(), new Question.OfFile(file.path(), content));
                }
                case Question.OfUnit unit -> merged.put("unit " + unit.name(), unit);
                case Question.OfScript script -> merged.put("script " + script.id(), script);
            }
        }
        return List.copyOf(merged.values());
    }

    private static List<String> arguments(Question question) {
        return switch (question) {
            case Question.OfFile(var path, var content) -> List.of("file", path, content ? "content" : "-");
            case Question.OfUnit(var name) -> List.of("unit", name, "-");
            case Question.OfScript(var id, var script) -> List.of("script", id, script);
        };
    }

    private static Observed parse(String output) {
        Sections sections = Sections.of(output);
        Map<String, FileState> files = new LinkedHashMap<>();
        Map<String, String> folders = new LinkedHashMap<>();
        Map<String, UnitState> units = new LinkedHashMap<>();
        Map<String, Answer> answers = new LinkedHashMap<>();
        for (String name : sections.names("file ")) {
            String path = name.substring("file ".length());
            String[] words = sections.line(name).split(" ");
            files.put(
                    path,
                    new FileState(
                            words[0],
                            Integer.parseInt(words[1], 8),
                            words[2],
                            Long.parseLong(words[3]),
                            content(sections.text("content " + path))));
        }
        for (String name : sections.names("absent ")) {
            folders.put(name.substring("absent ".length()), sections.line(name));
        }
        for (String name : sections.names("unit ")) {
            units.put(name.substring("unit ".length()), unit(sections.lines(name)));
        }
        for (String name : sections.names("answer ")) {
            String[] halves = String.valueOf(sections.text(name)).split("\n", 2);
            answers.put(
                    name.substring("answer ".length()),
                    new Answer(
                            Integer.parseInt(halves[0].strip()), halves.length > 1 ? halves[1].stripTrailing() : ""));
        }
        return new Observed(files, folders, units, answers);
    }

    private static @Nullable String content(@Nullable String base64) {
        return base64 == null ? null : new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static UnitState unit(List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String restarts = values.getOrDefault("NRestarts", "");
        return new UnitState(
                values.getOrDefault("LoadState", "not-found"),
                values.getOrDefault("ActiveState", "inactive"),
                values.getOrDefault("UnitFileState", ""),
                restarts.matches("\\d{1,9}") ? Integer.parseInt(restarts) : 0,
                values.getOrDefault("ActiveEnterTimestamp", ""));
    }
}
