package com.openfaas.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request in memory; also what a test of a handler passes to it. */
public class Request implements IRequest {
    private final String body;
    private final Map<String, String> headers;
    private final String queryRaw;
    private final String pathRaw;

    public Request(String body, Map<String, String> headers) {
        this(body, headers, null, null);
    }

    public Request(String body, Map<String, String> headers, String queryRaw, String path) {
        this.body = body;
        this.headers = headers;
        this.queryRaw = queryRaw;
        this.pathRaw = path;
    }

    @Override
    public String getBody() {
        return body;
    }

    @Override
    public Map<String, String> getHeaders() {
        return headers;
    }

    @Override
    public String getHeader(String key) {
        return headers == null ? null : headers.get(key);
    }

    @Override
    public String getQueryRaw() {
        return queryRaw;
    }

    @Override
    public Map<String, String> getQuery() {
        Map<String, String> query = new HashMap<>();
        if (queryRaw == null || queryRaw.isEmpty()) {
            return query;
        }
        for (String parameter : queryRaw.split("&")) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 || equals == parameter.length() - 1 ? null : parameter.substring(equals + 1);
            query.put(decoded(name), value == null ? null : decoded(value));
        }
        return query;
    }

    @Override
    public String getPathRaw() {
        return pathRaw;
    }

    @Override
    public Map<String, String> getPath() {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (pathRaw == null) {
            return pairs;
        }
        String[] parts = (pathRaw.startsWith("/") ? pathRaw.substring(1) : pathRaw).split("/");
        for (int i = 0; i < parts.length; i += 2) {
            if (i + 1 < parts.length || !parts[i].isEmpty()) {
                pairs.put(parts[i], i + 1 < parts.length ? parts[i + 1] : "");
            }
        }
        return pairs;
    }

    /** Decodes what a client sent; a stray percent sign stays as it is. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }
}
