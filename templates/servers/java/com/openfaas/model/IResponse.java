package com.openfaas.model;

import java.util.Map;

/** A response whose body is text. */
public interface IResponse {
    String getBody();

    /** The body, sent as UTF-8. */
    void setBody(String body);

    String getHeader(String key);

    /** Sets a header; null removes it. */
    void setHeader(String key, String value);

    Map<String, String> getHeaders();

    /** The Content-Type header; text/plain in UTF-8 when neither this nor the header is set. */
    void setContentType(String contentType);

    String getContentType();

    /** The status, 200 unless set. */
    void setStatusCode(int statusCode);

    int getStatusCode();
}
