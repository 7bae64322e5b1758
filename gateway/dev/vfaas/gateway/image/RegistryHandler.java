package dev.vfaas.gateway.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OCI distribution API under {@code /v2/}: finds the endpoint of a request and writes errors in the specification's form. */
final class RegistryHandler implements BlockingHandler {
    private static final Pattern UPLOADS = Pattern.compile("/v2/(.+)/blobs/uploads/?([^/]*)");
    private static final Pattern RESOURCE = Pattern.compile("/v2/(.+)/(blobs|manifests|referrers)/([^/]+)");
    private static final Pattern TAGS = Pattern.compile("/v2/(.+)/tags/list");
    private static final Pattern REPOSITORY = Pattern.compile(ImageReference.REPOSITORY);
    private static final int MAX_NAME = 255;

    private final BlobRoutes blobs;
    private final UploadRoutes uploads;
    private final ManifestRoutes manifests;
    private final ListingRoutes listings;
    private final ObjectMapper json;

    RegistryHandler(
            BlobRoutes blobs,
            UploadRoutes uploads,
            ManifestRoutes manifests,
            ListingRoutes listings,
            ObjectMapper json) {
        this.blobs = blobs;
        this.uploads = uploads;
        this.manifests = manifests;
        this.listings = listings;
        this.json = json;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        exchange.setHeader("Docker-Distribution-API-Version", "registry/2.0");
        try {
            route(exchange);
        } catch (RegistryFailure failure) {
            answer(exchange, failure.status(), failure.entries());
        } catch (RuntimeFailure failure) {
            int status = switch (failure.kind()) {
                case NO_SPACE -> 507;
                case UNAVAILABLE -> 503;
                default -> 500;
            };
            String message = String.valueOf(failure.getMessage());
            answer(exchange, status, List.of(new RegistryFailure.Entry("UNKNOWN", message, Map.of())));
        }
    }

    private void route(Exchange exchange) throws IOException {
        String path = exchange.path();
        if (path.equals("/v2/") || path.equals("/v2")) {
            requireMethod(exchange, "GET", "HEAD");
            exchange.respond(200, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (path.equals("/v2/_catalog")) {
            requireMethod(exchange, "GET");
            listings.catalog(exchange);
            return;
        }
        Matcher matcher = TAGS.matcher(path);
        if (matcher.matches()) {
            requireMethod(exchange, "GET");
            listings.tags(exchange, repository(matcher.group(1)));
            return;
        }
        matcher = UPLOADS.matcher(path);
        if (matcher.matches()) {
            uploads.handle(exchange, repository(matcher.group(1)), matcher.group(2));
            return;
        }
        matcher = RESOURCE.matcher(path);
        if (!matcher.matches()) {
            throw RegistryFailure.of(404, "NAME_INVALID", path + " is not a path of the distribution API");
        }
        String repository = repository(matcher.group(1));
        String reference = matcher.group(3);
        switch (matcher.group(2)) {
            case "blobs" -> blobs.handle(exchange, repository, digest(reference));
            case "manifests" -> manifests.handle(exchange, repository, reference);
            default -> {
                requireMethod(exchange, "GET");
                listings.referrers(exchange, repository, digest(reference));
            }
        }
    }

    static void requireMethod(Exchange exchange, String... allowed) {
        if (!List.of(allowed).contains(exchange.method())) {
            exchange.setHeader("Allow", String.join(", ", allowed));
            throw RegistryFailure.unsupported(405, exchange.method() + " is not supported here");
        }
    }

    static Digest digest(String text) {
        Digest digest = Digest.parse(text);
        if (digest == null) {
            throw RegistryFailure.digestInvalid("\"" + text + "\" is not a digest of the form sha256:<64 hex digits>");
        }
        return digest;
    }

    private static String repository(String name) {
        if (name.length() > MAX_NAME || !REPOSITORY.matcher(name).matches()) {
            throw RegistryFailure.of(400, "NAME_INVALID", "\"" + name + "\" is not a valid repository name");
        }
        return name;
    }

    private void answer(Exchange exchange, int status, List<RegistryFailure.Entry> entries)
            throws JsonProcessingException, IOException {
        if (exchange.method().equals("HEAD")) {
            exchange.respond(status, null, new byte[0]);
            return;
        }
        ObjectNode body = json.createObjectNode();
        ArrayNode errors = body.putArray("errors");
        for (RegistryFailure.Entry entry : entries) {
            ObjectNode error = errors.addObject();
            error.put("code", entry.code());
            error.put("message", entry.message());
            ObjectNode detail = error.putObject("detail");
            entry.detail().forEach(detail::put);
        }
        exchange.respond(status, "application/json", json.writeValueAsBytes(body));
    }
}
