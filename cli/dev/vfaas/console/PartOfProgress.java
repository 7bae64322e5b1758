package dev.vfaas.console;

/** The progress of one of several things that go on at the same time; its tasks stand among those of the others under its name. */
record PartOfProgress(Progress whole, String name) implements Progress {
    @Override
    public Task task(String task) {
        return whole.task(name + " " + task);
    }

    @Override
    public void close() {
        // The whole goes on.
    }
}
