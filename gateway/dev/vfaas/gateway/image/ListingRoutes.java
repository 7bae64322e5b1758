package dev.vfaas.gateway.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.gateway.http.Exchange;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /v2/NAME/tags/list}, {@code /v2/_catalog} and {@code /v2/NAME/referrers/DIGEST}. */
final class ListingRoutes {
    private static final int DEFAULT_PAGE = 1000;
    private static final int MAX_PAGE = 10_000;

    private final ImageListing listing;
    private final ObjectMapper json;

    ListingRoutes(ImageListing listing, ObjectMapper json) {
        this.listing = listing;
        this.json = json;
    }

    void tags(Exchange exchange, String repository) throws IOException {
        if (!listing.isKnown(repository)) {
            throw RegistryFailure.nameUnknown(repository);
        }
        int size = pageSize(exchange);
        List<String> tags = page(exchange, size, listing.tags(repository, last(exchange), size + 1));
        ObjectNode body = json.createObjectNode().put("name", repository);
        ArrayNode array = body.putArray("tags");
        tags.forEach(array::add);
        exchange.respond(200, "application/json", json.writeValueAsBytes(body));
    }

    void catalog(Exchange exchange) throws IOException {
        int size = pageSize(exchange);
        List<String> repositories = page(exchange, size, listing.repositories(last(exchange), size + 1));
        ObjectNode body = json.createObjectNode();
        ArrayNode array = body.putArray("repositories");
        repositories.forEach(array::add);
        exchange.respond(200, "application/json", json.writeValueAsBytes(body));
    }

    void referrers(Exchange exchange, String repository, Digest subject) throws IOException {
        String artifactType = exchange.query("artifactType");
        ObjectNode body = json.createObjectNode().put("schemaVersion", 2).put("mediaType", Manifest.OCI_INDEX);
        ArrayNode manifests = body.putArray("manifests");
        for (ImageListing.Referrer referrer : listing.referrers(repository, subject, artifactType)) {
            ObjectNode descriptor = manifests.addObject();
            descriptor.put("mediaType", referrer.mediaType());
            descriptor.put("size", referrer.size());
            descriptor.put("digest", referrer.digest());
            if (referrer.artifactType() != null) {
                descriptor.put("artifactType", referrer.artifactType());
            }
            if (referrer.annotations() != null) {
                descriptor.set("annotations", json.readTree(referrer.annotations()));
            }
        }
        if (artifactType != null) {
            exchange.setHeader("OCI-Filters-Applied", "artifactType");
        }
        exchange.respond(200, Manifest.OCI_INDEX, json.writeValueAsBytes(body));
    }

    /** Cuts the one row too many and, when there was one, says where the next page is. */
    private static List<String> page(Exchange exchange, int size, List<String> rows) {
        if (rows.size() <= size) {
            return rows;
        }
        List<String> page = rows.subList(0, size);
        if (size > 0) {
            String last = URLEncoder.encode(page.getLast(), StandardCharsets.UTF_8);
            exchange.setHeader("Link", "<" + exchange.path() + "?n=" + size + "&last=" + last + ">; rel=\"next\"");
        }
        return page;
    }

    private static String last(Exchange exchange) {
        String last = exchange.query("last");
        return last == null ? "" : last;
    }

    private static int pageSize(Exchange exchange) {
        String n = exchange.query("n");
        if (n == null) {
            return DEFAULT_PAGE;
        }
        try {
            int size = Integer.parseInt(n);
            if (size >= 0) {
                return Math.min(size, MAX_PAGE);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw RegistryFailure.of(400, "PAGINATION_NUMBER_INVALID", "n=\"" + n + "\" is not a number of entries");
    }
}
