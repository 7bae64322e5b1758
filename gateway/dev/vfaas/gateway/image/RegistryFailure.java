package dev.vfaas.gateway.image;

import java.util.List;
import java.util.Map;

/** An error of the distribution API: an HTTP status and a code of the specification's table, for the client to read. */
final class RegistryFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<Entry> entries;

    /** One element of the answer's {@code errors}. */
    record Entry(String code, String message, Map<String, String> detail) {}

    private RegistryFailure(int status, List<Entry> entries) {
        super(entries.getFirst().message());
        this.status = status;
        this.entries = entries;
    }

    static RegistryFailure of(int status, String code, String message) {
        return new RegistryFailure(status, List.of(new Entry(code, message, Map.of())));
    }

    static RegistryFailure of(int status, List<Entry> entries) {
        return new RegistryFailure(status, List.copyOf(entries));
    }

    static RegistryFailure digestInvalid(String message) {
        return of(400, "DIGEST_INVALID", message);
    }

    static RegistryFailure manifestInvalid(String message) {
        return of(400, "MANIFEST_INVALID", message);
    }

    static RegistryFailure manifestUnknown(String repository, String reference) {
        return of(404, "MANIFEST_UNKNOWN", "manifest " + reference + " is unknown in " + repository);
    }

    static RegistryFailure blobUnknown(String repository, Object digest) {
        return of(404, "BLOB_UNKNOWN", "blob " + digest + " is unknown in " + repository);
    }

    static RegistryFailure uploadUnknown(String id) {
        return of(404, "BLOB_UPLOAD_UNKNOWN", "upload " + id + " is unknown: finished, cancelled or too old");
    }

    static RegistryFailure nameUnknown(String repository) {
        return of(404, "NAME_UNKNOWN", "repository " + repository + " is unknown");
    }

    static RegistryFailure unsupported(int status, String message) {
        return of(status, "UNSUPPORTED", message);
    }

    int status() {
        return status;
    }

    List<Entry> entries() {
        return entries;
    }
}
