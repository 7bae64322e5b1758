package dev.vfaas.provision.engine;

import java.util.List;

/** A step that only sees to small files. Writing checks their sums, so it needs no other verification. */
public class FilesStep implements Step {
    private final String id;
    private final Phase phase;
    private final String title;
    private final List<ManagedFile> files;

    public FilesStep(String id, Phase phase, String title, List<ManagedFile> files) {
        this.id = id;
        this.phase = phase;
        this.title = title;
        this.files = List.copyOf(files);
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final Phase phase() {
        return phase;
    }

    @Override
    public final String title() {
        return title;
    }

    /** The files as they shall be. */
    protected final List<ManagedFile> files() {
        return files;
    }

    @Override
    public List<Question> questions() {
        return files.stream()
                .<Question>map(file -> new Question.OfFile(file.path(), !file.sensitive()))
                .toList();
    }

    @Override
    public List<Change> plan(Planning planning) {
        return planning.files(files);
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.write(changes.stream()
                .filter(Change.OfFile.class::isInstance)
                .map(change -> ((Change.OfFile) change).wanted())
                .toList());
    }

    @Override
    public void verify(Execution execution) {}
}
