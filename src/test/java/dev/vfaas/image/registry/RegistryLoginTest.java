package dev.vfaas.image.registry;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.head;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockRuntimeInfo;
import com.github.tomakehurst.wiremock.junit5.WireMockTest;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token protocol, which a registry with htpasswd does not speak. */
@WireMockTest
class RegistryLoginTest {
    private static final String MANIFEST = "/v2/team/x/manifests/latest";

    @TempDir
    Path home;

    private Registries.Location location(WireMockRuntimeInfo wire, String login) throws Exception {
        String host = "localhost:" + wire.getHttpPort();
        if (!login.isEmpty()) {
            Files.createDirectories(home.resolve(".docker"));
            Files.writeString(home.resolve(".docker/config.json"), "{\"auths\":{\"" + host + "\":" + login + "}}");
        }
        return new Registries(new CredentialFiles(Map.of(), home), null, null, null, false, Trust.USUAL)
                .target(ImageReference.parse(host + "/team/x"), false);
    }

    private static void challenges(WireMockRuntimeInfo wire) {
        wire.getWireMock()
                .register(any(anyUrl())
                        .atPriority(9)
                        .willReturn(unauthorized()
                                .withHeader(
                                        "WWW-Authenticate",
                                        "Bearer realm=\"" + wire.getHttpBaseUrl()
                                                + "/token\",service=\"reg\",scope=\"repository:team/x:pull\"")));
        wire.getWireMock()
                .register(head(urlPathEqualTo(MANIFEST))
                        .withHeader("Authorization", equalTo("Bearer granted"))
                        .willReturn(aResponse().withHeader("Docker-Content-Digest", "sha256:abc")));
    }

    @Test
    void aPasswordBuysATokenThatIsUsedAgain(WireMockRuntimeInfo wire) throws Exception {
        challenges(wire);
        wire.getWireMock()
                .register(get(urlPathEqualTo("/token"))
                        .withBasicAuth("u", "p")
                        .withQueryParam("service", equalTo("reg"))
                        .withQueryParam("scope", equalTo("repository:team/x:pull"))
                        .willReturn(okJson("{\"token\":\"granted\"}")));
        Registries.Location location = location(wire, "{\"username\":\"u\",\"password\":\"p\"}");
        assertThat(location.client().manifestDigest("team/x", "latest")).contains("sha256:abc");
        assertThat(location.client().manifestDigest("team/x", "latest")).contains("sha256:abc");
        wire.getWireMock().verifyThat(1, getRequestedFor(urlPathEqualTo("/token")));
    }

    @Test
    void anIdentityTokenIsExchanged(WireMockRuntimeInfo wire) throws Exception {
        challenges(wire);
        wire.getWireMock()
                .register(post(urlPathEqualTo("/token"))
                        .withRequestBody(containing("grant_type=refresh_token"))
                        .withRequestBody(containing("refresh_token=refresh"))
                        .willReturn(okJson("{\"access_token\":\"granted\"}")));
        assertThat(location(wire, "{\"identitytoken\":\"refresh\"}").client().manifestDigest("team/x", "latest"))
                .contains("sha256:abc");
    }

    @Test
    void aRefusedLoginIsExitFourAndShowsNoPassword(WireMockRuntimeInfo wire) throws Exception {
        challenges(wire);
        Registries.Location location = location(wire, "{\"username\":\"u\",\"password\":\"hunter2\"}");
        assertThatThrownBy(() -> location.client().manifestDigest("team/x", "latest"))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION);
                    assertThat(failure.next())
                            .isEqualTo("vfaas registry login localhost:" + wire.getHttpPort() + " --local -u USER");
                    assertThat(failure.text()).doesNotContain("hunter2");
                });
    }

    @Test
    void aRegistryThatWantsALoginNobodyHasIsExitFour(WireMockRuntimeInfo wire) throws Exception {
        wire.getWireMock()
                .register(any(anyUrl()).willReturn(unauthorized().withHeader("WWW-Authenticate", "Basic realm=\"x\"")));
        Registries.Location location = location(wire, "");
        assertThatThrownBy(() -> location.client().manifestDigest("team/x", "latest"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION))
                .hasMessageContaining("wants a login to read team/x");
    }
}
