package dev.vfaas.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.vfaas.gateway.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Request and response bodies of the management API. */
final class Json {
    /** Largest request body, bytes. */
    static final int MAX_BODY = 1 << 20;

    private final ObjectMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * Reads the request's body as {@code type}.
     *
     * @throws ApiRefusal 413 when it is too large, 400 when it is not such JSON
     */
    <T> T read(Exchange exchange, Class<T> type) throws IOException {
        byte[] body = exchange.body().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new ApiRefusal(413, "the request is larger than 1 MiB");
        }
        try {
            T value = mapper.readValue(body, type);
            if (value == null) {
                throw ApiRefusal.badRequest("failed to unmarshal request: the body is null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw ApiRefusal.badRequest("failed to unmarshal request: " + reason(e));
        }
    }

    private static String reason(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        // without the note of where the object began: it speaks of the parser's settings
        return e.getOriginalMessage().replaceFirst("\\s*\\(start marker at .*", "") + where;
    }

    /** Answers with {@code value}. */
    void respond(Exchange exchange, int status, Object value) throws IOException {
        exchange.respond(status, "application/json", mapper.writeValueAsBytes(value));
    }

    /** One line of JSON with its line feed. */
    byte[] line(Object value) throws IOException {
        return (mapper.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
