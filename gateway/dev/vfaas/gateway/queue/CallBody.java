package dev.vfaas.gateway.queue;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest;
import java.nio.file.Path;

/** The bytes of a request or a result: in memory while they are few, else in a file. */
public sealed interface CallBody {
    /** In memory. */
    @SuppressWarnings("ArrayRecordComponent") // carried along, never compared
    record Bytes(byte[] content) implements CallBody {}

    /** In a file. */
    record Stored(Path file) implements CallBody {}

    /** Bytes of it. */
    default long length() {
        return switch (this) {
            case Bytes bytes -> bytes.content().length;
            case Stored stored -> stored.file().toFile().length();
        };
    }

    /** For sending it with the JDK's client. */
    default HttpRequest.BodyPublisher publisher() throws FileNotFoundException {
        return switch (this) {
            case Bytes bytes when bytes.content().length == 0 -> HttpRequest.BodyPublishers.noBody();
            case Bytes bytes -> HttpRequest.BodyPublishers.ofByteArray(bytes.content());
            case Stored stored -> HttpRequest.BodyPublishers.ofFile(stored.file());
        };
    }
}
