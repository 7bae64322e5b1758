package dev.vfaas.gateway.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.FullDisk;
import dev.vfaas.gateway.store.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The image store: content in files by digest, everything about it in the database, the OCI distribution API for clients and {@link ImageStore} for
 * the runtime. Old content is collected once {@link #startCollecting} was called.
 */
public final class OciImageStore implements ImageStore, AutoCloseable {
    /** The room's tables. */
    public static final Schema SCHEMA = ImageSchema.SCHEMA;

    /** How long what nothing refers to is kept, unless chosen otherwise: longer than any push takes between its requests. */
    public static final Duration GRACE = Duration.ofHours(1);

    private final ImageReader reader;
    private final RegistryHandler handler;
    private final Collector collector;
    private final GarbageCollection collection;
    private final Map<String, Integer> pins = new ConcurrentHashMap<>();

    private OciImageStore(
            Database database,
            BlobFiles files,
            InstantSource clock,
            Duration grace,
            Machine machine,
            Consumer<String> log) {
        ObjectMapper json = new ObjectMapper();
        ImageCatalog catalog = new ImageCatalog(database, files, clock, grace);
        Blobs blobs = new Blobs(files, catalog);
        Uploads uploads = new Uploads(files, blobs, clock);
        this.reader = new ImageReader(files, catalog, machine, json);
        this.collection = new GarbageCollection(database, files, uploads, clock, grace, pins::containsKey);
        this.collector = new Collector(collection, grace, log);
        this.handler = new RegistryHandler(
                new BlobRoutes(files, catalog),
                new UploadRoutes(catalog, blobs, uploads),
                new ManifestRoutes(files, catalog, blobs, json, pins::containsKey, collector::soon),
                new ListingRoutes(new ImageListing(database), json),
                json);
    }

    /**
     * Opens the store in {@code folder}, creating it 0700 when missing and clearing away what a crash left half-written.
     *
     * @param database holding {@link #SCHEMA}
     * @param grace how long unneeded content is kept
     * @param log gets a line when content was collected or could not be
     */
    public static OciImageStore open(Database database, Path folder, Duration grace, Consumer<String> log) {
        return open(database, folder, InstantSource.system(), grace, Machine.current(), log);
    }

    /** {@link #open(Database, Path, Duration, Consumer)} with a clock and a machine of choice. */
    static OciImageStore open(
            Database database,
            Path folder,
            InstantSource clock,
            Duration grace,
            Machine machine,
            Consumer<String> log) {
        try {
            OciImageStore store = new OciImageStore(database, new BlobFiles(folder), clock, grace, machine, log);
            store.collection.adopt();
            return store;
        } catch (IOException e) {
            if (FullDisk.explains(e, folder)) {
                throw FullDisk.failure("The image store", folder, e);
            }
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL, "the image store in " + folder + " cannot be opened: " + e, e);
        }
    }

    /** Answers {@code /v2/} and below: the OCI distribution specification 1.1. Who may ask is the caller's to check. */
    public BlockingHandler handler() {
        return handler;
    }

    /** Begins to collect, now and from time to time. Call it after the deployments have pinned what they need. */
    public void startCollecting() {
        collector.start();
    }

    /** One collection now, for tests. */
    GarbageCollection.Collected collect() throws IOException {
        return collection.run();
    }

    @Override
    public StoredImage resolve(String reference) {
        return reader.read(reference);
    }

    @Override
    public @Nullable PulledImage pulled(String reference) {
        return reader.pulled(reference);
    }

    @Override
    public void pin(String manifestDigest) {
        pins.merge(manifestDigest, 1, Integer::sum);
    }

    @Override
    public void unpin(String manifestDigest) {
        pins.computeIfPresent(manifestDigest, (digest, count) -> count == 1 ? null : count - 1);
        collector.soon();
    }

    /** Ends a collection that runs; stored content stays. */
    @Override
    public void close() {
        collector.close();
    }
}
