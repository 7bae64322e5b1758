package dev.vfaas.image;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to build, and how.
 *
 * @param push send each image to where its name says; otherwise, and when its name has no registry and there is no gateway, it stays in
 *     the cache for {@link ImagePusher}
 * @param archive write one function's image as an OCI layout into that tar file instead of pushing it; null for no archive
 * @param noCache make everything anew
 * @param parallel how many functions at a time, at least 1
 */
public record BuildRequest(
        List<FunctionBuild> functions,
        boolean push,
        @Nullable Path archive,
        boolean noCache,
        int parallel) {
    public BuildRequest {
        functions = List.copyOf(functions);
    }
}
