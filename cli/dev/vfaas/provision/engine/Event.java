package dev.vfaas.provision.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What happens in a run, as it happens. */
public sealed interface Event {
    /** A step begins. */
    record StepStarted(String id, Phase phase, String title) implements Event {}

    /** Something is being done within a step. */
    record StepProgress(String id, Phase phase, String what) implements Event {}

    /** A step is begun again after the connection broke. */
    record StepRepeated(String id, Phase phase, String why) implements Event {}

    /** A step is done and verified. */
    record StepDone(String id, Phase phase, Duration elapsed) implements Event {}

    /** A step failed; the run ends. */
    record StepFailed(String id, Phase phase, String why) implements Event {}

    /** Someone else's lock is being waited for. */
    record Waiting(String holder) implements Event {}

    /** A dead run's lock was taken over. */
    record Stolen(String holder) implements Event {}

    /** For JSON: {event, step, phase, ...}, one object a line. */
    default Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        switch (this) {
            case StepStarted(var id, var phase, var title) -> put(data, "step-started", id, phase, "title", title);
            case StepProgress(var id, var phase, var what) -> put(data, "step-progress", id, phase, "what", what);
            case StepRepeated(var id, var phase, var why) -> put(data, "step-repeated", id, phase, "why", why);
            case StepDone(var id, var phase, var elapsed) -> {
                put(data, "step-done", id, phase, "title", "");
                data.remove("title");
                data.put("seconds", elapsed.toMillis() / 1000.0);
            }
            case StepFailed(var id, var phase, var why) -> put(data, "step-failed", id, phase, "why", why);
            case Waiting(var holder) -> {
                data.put("event", "waiting-for-lock");
                data.put("holder", holder);
            }
            case Stolen(var holder) -> {
                data.put("event", "lock-stolen");
                data.put("holder", holder);
            }
        }
        return data;
    }

    private static void put(Map<String, Object> data, String event, String id, Phase phase, String key, String value) {
        data.put("event", event);
        data.put("step", id);
        data.put("phase", phase.label());
        data.put(key, value);
    }
}
