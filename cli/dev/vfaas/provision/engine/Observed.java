package dev.vfaas.provision.engine;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answers to {@link Question}s.
 *
 * @param files those that exist, by path
 * @param folders for every asked path that does not exist: the deepest folder above it that does
 * @param units by name
 * @param answers of scripts, by id
 */
public record Observed(
        Map<String, FileState> files,
        Map<String, String> folders,
        Map<String, UnitState> units,
        Map<String, Answer> answers) {
    /** Nothing was asked. */
    public static final Observed NOTHING = new Observed(Map.of(), Map.of(), Map.of(), Map.of());

    public Observed {
        files = Map.copyOf(files);
        folders = Map.copyOf(folders);
        units = Map.copyOf(units);
        answers = Map.copyOf(answers);
    }

    /**
     * A file that exists.
     *
     * @param mode octal permissions
     * @param owner {@code user:group}
     * @param content its text when that was asked for
     */
    public record FileState(
            String sha256,
            int mode,
            String owner,
            long size,
            @Nullable String content) {}

    /**
     * A unit of systemd.
     *
     * @param load {@code loaded}, {@code not-found}, {@code masked}
     * @param active {@code active}, {@code inactive}, {@code failed}, {@code activating}
     * @param enabled {@code enabled}, {@code disabled}; empty when there is no unit file
     * @param restarts how often systemd restarted it by itself
     * @param since when it became active, as systemd prints it; empty when it never did
     */
    public record UnitState(String load, String active, String enabled, int restarts, String since) {
        /** Whether systemd knows it. */
        public boolean exists() {
            return load.equals("loaded");
        }

        /** Whether it runs. */
        public boolean running() {
            return active.equals("active");
        }
    }

    /** What a script printed, and its exit code; 124 when it took too long. */
    public record Answer(int exitCode, String output) {}

    /** The file at {@code path}; empty when it does not exist. */
    public Optional<FileState> file(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /** The unit called {@code name}; as not found when it was not asked for. */
    public UnitState unit(String name) {
        return units.getOrDefault(name, new UnitState("not-found", "inactive", "", 0, ""));
    }

    /** What the script {@code id} printed. */
    public Answer answer(String id) {
        Answer answer = answers.get(id);
        if (answer == null) {
            throw new IllegalArgumentException("not asked: " + id);
        }
        return answer;
    }
}
