package dev.vfaas.command;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.vfaas.support.Tool;
import java.nio.file.Path;
import java.util.List;

/** A gateway that answers what a test says, also what a real one cannot be made to answer. */
final class FakeGateway implements AutoCloseable {
    private final WireMockServer server =
            new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));

    FakeGateway() {
        server.start();
    }

    String url() {
        return server.baseUrl();
    }

    /** The tool of a person whose commands go here. */
    Tool tool(Path home) {
        return new Tool(home).with("OPENFAAS_URL", url());
    }

    FakeGateway answers(String method, String path, int status, String body) {
        server.stubFor(request(method, urlPathEqualTo(path))
                .willReturn(aResponse().withStatus(status).withBody(body)));
        return this;
    }

    FakeGateway answers(String method, String path, byte[] body) {
        server.stubFor(
                request(method, urlPathEqualTo(path)).willReturn(aResponse().withBody(body)));
        return this;
    }

    FakeGateway answersAll(int status, String body, String header, String value) {
        server.stubFor(any(anyUrl())
                .willReturn(aResponse().withStatus(status).withBody(body).withHeader(header, value)));
        return this;
    }

    /** What came, oldest first. */
    List<LoggedRequest> requests() {
        return server.getAllServeEvents().reversed().stream()
                .map(ServeEvent::getRequest)
                .toList();
    }

    LoggedRequest last() {
        return requests().getLast();
    }

    @Override
    public void close() {
        server.stop();
    }
}
