package com.openfaas.model;

import java.util.Map;

/** A request whose body is text. */
public interface IRequest {
    /** The body as UTF-8, empty without one. */
    String getBody();

    /** The first value of every header; names are found in any case. */
    Map<String, String> getHeaders();

    /** The first value of a header, its name in any case; null without it. */
    String getHeader(String key);

    /** The query as it was sent, without the question mark; null without one. */
    String getQueryRaw();

    /** The decoded query; the last of equal names wins, a name without a value is null. */
    Map<String, String> getQuery();

    /** The path as it was sent. */
    String getPathRaw();

    /** The path read as pairs: {@code /user/7/tab/log} is {user=7, tab=log}; a last name without a partner is empty. */
    Map<String, String> getPath();
}
