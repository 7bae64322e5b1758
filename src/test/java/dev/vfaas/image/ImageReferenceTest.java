package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    @ParameterizedTest
    @CsvSource({
        "hello,,hello,latest",
        "hello:1.0,,hello,1.0",
        "alexellis2/hello:latest,,alexellis2/hello,latest",
        "ghcr.io/me/hello:v1,ghcr.io,me/hello,v1",
        "localhost/hello,localhost,hello,latest",
        "127.0.0.1:5000/a/b__c.d-e:x_Y-1,127.0.0.1:5000,a/b__c.d-e,x_Y-1",
        "reg:5000/hello,reg:5000,hello,latest"
    })
    void hasAHostWhenItsFirstPartLooksLikeOne(String text, String host, String repository, String tag) {
        ImageReference image = ImageReference.parse(text);
        assertThat(image).isEqualTo(new ImageReference(host, repository, tag, null));
        assertThat(ImageReference.parse(image.toString())).isEqualTo(image);
    }

    @Test
    void mayHaveADigestAndThenNeedsNoTag() {
        String digest = "sha256:" + "ab".repeat(32);
        assertThat(ImageReference.parse("ghcr.io/me/x@" + digest))
                .isEqualTo(new ImageReference("ghcr.io", "me/x", null, digest));
        assertThat(ImageReference.parse("x:1@" + digest).toString()).isEqualTo("x:1@" + digest);
        assertThat(ImageReference.parse("x:1@" + digest).selector()).isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hello", "a//b", "a:", "-a", "a/b:c d", "ghcr.io/", "x@sha256:short", "x:-tag", "a__"})
    void isRefusedOtherwise(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("the image name \"" + text + "\" is not valid");
    }
}
