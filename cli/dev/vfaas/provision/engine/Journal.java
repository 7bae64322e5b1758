package dev.vfaas.provision.engine;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run means to do, written on the host before it does anything. A journal that is still there says that the run was cut off.
 *
 * @param run the run's id
 * @param steps ids of the steps that are not known to be done
 * @param files what may have been written without the state knowing it
 * @param folders what may have been made
 * @param values what the host was like before; see {@link Step#before}
 */
public record Journal(
        String run,
        Set<String> steps,
        Map<String, HostState.Written> files,
        Set<String> folders,
        Map<String, String> values) {
    /** Nothing was cut off. */
    public static final Journal NONE = new Journal("", Set.of(), Map.of(), Set.of(), Map.of());

    /** Whether a run was cut off. */
    public boolean present() {
        return !run.isEmpty();
    }

    /** This, and what {@code plan} is going to do, under the id of a new run. */
    Journal with(String id, List<StepPlan> plan) {
        Set<String> todo = new LinkedHashSet<>(steps);
        Map<String, HostState.Written> written = new LinkedHashMap<>(files);
        Set<String> made = new LinkedHashSet<>(folders);
        Map<String, String> before = new LinkedHashMap<>(values);
        for (StepPlan step : plan) {
            if (!step.changes().isEmpty()) {
                todo.add(step.step().id());
            }
            step.before().forEach(before::putIfAbsent);
            for (Change change : step.changes()) {
                switch (change) {
                    case Change.OfFile(ManagedFile file, var old, var from) -> {
                        put(written, file.path(), new HostState.Written(file.sha256(), file.mode(), old != null));
                        if (from != null) {
                            made.addAll(foldersBelow(from, file.path()));
                        }
                    }
                    case Change.OfArtefact(var path, var sha, var mode, var origin, var old) ->
                        put(written, path, new HostState.Written(sha, mode, old != null));
                    default -> {}
                }
            }
        }
        return new Journal(id, todo, written, made, before);
    }

    /** What stood there before the first of several runs that were cut off is what counts. */
    private static void put(Map<String, HostState.Written> files, String path, HostState.Written now) {
        files.merge(path, now, (first, last) -> new HostState.Written(last.sha256(), last.mode(), first.replaced()));
    }

    /** The folders that must be made for {@code path} below {@code existing}, outermost first. */
    static List<String> foldersBelow(String existing, String path) {
        List<String> folders = new java.util.ArrayList<>();
        for (int slash = path.indexOf('/', existing.length() + 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
        return folders;
    }

    /** This without the step {@code id}, which is done and whose files the state has. */
    Journal without(String id) {
        Set<String> rest = new LinkedHashSet<>(steps);
        rest.remove(id);
        return new Journal(run, rest, files, folders, values);
    }
}
