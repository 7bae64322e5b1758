package com.openfaas.function;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.openfaas.model.IResponse;
import com.openfaas.model.Request;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandlerTest {
    @Test
    void echoesTheBody() {
        IResponse response = new Handler().Handle(new Request("hello", Map.of()));

        assertEquals(200, response.getStatusCode());
        assertEquals("Body: hello", response.getBody());
    }
}
