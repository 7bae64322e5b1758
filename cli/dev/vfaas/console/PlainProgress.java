package dev.vfaas.console;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Progress as lines, for logs and pipes. */
final class PlainProgress implements Progress {
    private final Consumer<String> lines;

    PlainProgress(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public Task task(String name) {
        return new PlainTask(name);
    }

    @Override
    public void close() {}

    /** An elapsed time as people read it: {@code 0.8s}, {@code 2m03s}. */
    static String elapsed(long startNanos) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        return elapsed.toMinutes() > 0
                ? String.format(Locale.ROOT, "%dm%02ds", elapsed.toMinutes(), elapsed.toSecondsPart())
                : String.format(Locale.ROOT, "%.1fs", elapsed.toMillis() / 1000.0);
    }

    private final class PlainTask implements Task {
        private final String name;
        private final long start = System.nanoTime();
        private @Nullable String last;

        PlainTask(String name) {
            this.name = name;
        }

        @Override
        public synchronized void step(String what) {
            String first = what.lines().findFirst().orElse("");
            if (!first.equals(last)) {
                last = first;
                lines.accept(name + ": " + first);
            }
        }

        @Override
        public void done(String summary) {
            lines.accept(name + ": " + summary + " (" + elapsed(start) + ")");
        }

        @Override
        public void failed(String summary) {
            lines.accept(name + ": failed: " + Failure.headline(summary) + " (" + elapsed(start) + ")");
        }
    }
}
