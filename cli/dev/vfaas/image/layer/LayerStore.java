package dev.vfaas.image.layer;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import java.util.List;
import java.util.Optional;

/** Layers by the content of what they hold: a layer is archived once on a machine, whichever functions use it. */
public final class LayerStore {
    private static final String KIND = "layers";

    private final BuildCache cache;

    public LayerStore(BuildCache cache) {
        this.cache = cache;
    }

    /** The key of a layer of hashed entries. */
    public static String key(List<LayerEntry> entries) {
        Fingerprint key = new Fingerprint("layer/2");
        for (LayerEntry entry : entries) {
            key.add(entry.target()).add(entry.executable() ? "x" : "-").add(entry.sha256());
        }
        return key.hex();
    }

    /** The layer of that key, if it was made before and its blob is still here. */
    public Optional<Layer> find(String key) {
        return cache.record(KIND, key)
                .map(Layer::ofFields)
                .filter(layer -> cache.blob(layer.digest()).isPresent());
    }

    /** Makes a layer whose key the caller remembers. */
    public Layer archive(String name, List<LayerEntry> entries) {
        return new LayerArchive(cache).make(name, entries);
    }

    /** Makes a layer and remembers it under the key. */
    public Layer make(String key, String name, List<LayerEntry> entries) {
        Layer layer = archive(name, entries);
        cache.putRecord(KIND, key, layer.toFields());
        return layer;
    }
}
