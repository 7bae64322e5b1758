package dev.vfaas.provision.k3s;

import dev.vfaas.console.Failure;
import java.net.URI;
import java.nio.file.Path;

/** Where the files of releases come from. */
public sealed interface Origin {
    /** K3s's own releases. */
    record Official() implements Origin {}

    /** A copy of releases on another HTTP server: {@code URL/VERSION/k3s}, {@code URL/VERSION/sha256sum-amd64.txt}, {@code URL/VERSION/install.sh}. */
    record Mirror(String url) implements Origin {
        public Mirror {
            url = url.replaceAll("/+$", "");
            URI uri;
            try {
                uri = URI.create(url);
            } catch (IllegalArgumentException e) {
                throw Failure.usage("--mirror " + url + " is not a URL").because(e);
            }
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw Failure.usage("--mirror " + url + " is not an http or https URL");
            }
        }
    }

    /** A folder on this machine with the files of one release: {@code k3s}, {@code sha256sum-amd64.txt}, {@code install.sh}, archives of images. */
    record Airgap(Path folder) implements Origin {}

    /** The URL of a release's file; an airgap folder has none. */
    default String url(K3sVersion version, String file) {
        return switch (this) {
            case Official()
            when file.equals(Artefact.INSTALL_SCRIPT) ->
                "https://raw.githubusercontent.com/k3s-io/k3s/" + version.pathSegment() + "/install.sh";
            case Official() -> "https://github.com/k3s-io/k3s/releases/download/" + version.pathSegment() + "/" + file;
            case Mirror(String url) -> url + "/" + version.pathSegment() + "/" + file;
            case Airgap(Path folder) -> throw new IllegalStateException("not a URL: " + folder);
        };
    }

    /** For a plan: where a file comes from. */
    default String describe(K3sVersion version, String file) {
        return this instanceof Airgap(Path folder) ? folder.resolve(file).toString() : url(version, file);
    }
}
