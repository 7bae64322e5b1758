package dev.vfaas.provision.engine;

import org.jspecify.annotations.Nullable;

/** Something a run would change on the host, as a plan shows it. */
public sealed interface Change {
    /**
     * A small file is created, or its content, mode or owner is changed.
     *
     * @param old how it is now; null when it does not exist
     * @param createdFrom when folders must be made: the deepest folder that exists; null when all do
     */
    record OfFile(
            ManagedFile wanted,
            Observed.@Nullable FileState old,
            @Nullable String createdFrom) implements Change {}

    /** A big file, for example a binary. {@code origin} says where it comes from. */
    record OfArtefact(
            String path,
            String sha256,
            int mode,
            String origin,
            @Nullable String oldSha256) implements Change {}

    /** A file of ours that is not wanted any more. */
    record OfRemoval(String path, Observed.@Nullable FileState old) implements Change {}

    /** A package of the distribution. {@code action} is {@code install} or {@code remove}. */
    record OfPackage(String name, String action) implements Change {}

    /** A unit of systemd. {@code action} is {@code enable}, {@code start}, {@code restart}, {@code stop}; {@code why} says what asks for it. */
    record OfUnit(String name, String action, String why) implements Change {}

    /** An object of Kubernetes; the texts are YAML without secrets. {@code old} is null when it does not exist. */
    record OfManifest(
            String kind,
            String namespace,
            String name,
            @Nullable String old,
            String wanted) implements Change {}

    /** Anything else, said in the imperative: {@code load the kernel module br_netfilter}. */
    record OfAction(String what) implements Change {}

    /** One line for people: {@code + file /etc/sysctl.d/90-vfaas.conf}; plus creates, tilde alters, minus removes. */
    default String line() {
        return switch (this) {
            case OfFile(ManagedFile wanted, var old, var from) -> (old == null ? "+" : "~") + " file " + wanted.path();
            case OfArtefact(var path, var sha, var mode, var origin, var old) ->
                (old == null ? "+" : "~") + " file " + path + " from " + origin;
            case OfRemoval(var path, var old) -> "- file " + path;
            case OfPackage(var name, var action) -> (action.equals("remove") ? "-" : "+") + " package " + name;
            case OfUnit(var name, var action, var why) -> "~ unit " + name + ": " + action + " (" + why + ")";
            case OfManifest(var kind, var namespace, var name, var old, var wanted) ->
                (old == null ? "+" : "~") + " " + kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
            case OfAction(var what) -> "~ " + what;
        };
    }
}
