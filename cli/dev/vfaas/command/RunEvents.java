package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Progress;
import dev.vfaas.openfaas.Json;
import dev.vfaas.provision.RunLog;
import dev.vfaas.provision.engine.Event;
import dev.vfaas.provision.engine.Phase;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows a run while it goes on: a line a phase for people, one JSON object an event otherwise; and writes it to the run's log. */
final class RunEvents implements Consumer<Event>, AutoCloseable {
    private final Console console;
    private final RunLog log;
    private final String host;
    private final boolean json;
    private final Progress progress;
    private final Map<Phase, Progress.Task> phases = new EnumMap<>(Phase.class);
    private @Nullable Phase current;

    RunEvents(Console console, RunLog log, String host, boolean json) {
        this.console = console;
        this.log = log;
        this.host = host;
        this.json = json;
        this.progress = console.progress();
    }

    @Override
    public void accept(Event event) {
        emit(event.data());
        if (json) {
            return;
        }
        switch (event) {
            case Event.StepStarted started -> {
                if (started.phase() != current) {
                    done();
                    current = started.phase();
                }
                task(started.phase()).step(started.title());
            }
            case Event.StepProgress now -> task(now.phase()).step(now.what());
            case Event.StepRepeated again -> task(again.phase()).step("the connection broke; again");
            case Event.StepDone done -> {}
            case Event.StepFailed failed -> {
                task(failed.phase()).failed(failed.why());
                current = null;
            }
            case Event.Waiting waiting -> console.info("waiting for the lock of " + waiting.holder());
            case Event.Stolen stolen ->
                console.warn("took over the lock of a run of " + stolen.holder() + " that is dead");
        }
    }

    private Progress.Task task(Phase phase) {
        return phases.computeIfAbsent(phase, key -> progress.task(key.label()));
    }

    /** The phase that was shown last is over. */
    void done() {
        Phase phase = current;
        if (phase != null) {
            task(phase).done("done");
            // A phase that is entered again is timed anew.
            phases.remove(phase);
            current = null;
        }
    }

    /** One JSON object with the host first, to the log and, when asked for, to standard output. */
    void emit(Map<String, ?> data) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("host", host);
        line.putAll(data);
        String text = new Json().write(line);
        log.line(text);
        if (json) {
            console.result(text);
        }
    }

    @Override
    public void close() {
        progress.close();
    }
}
