package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeptImagesTest {
    private static final FunctionKey HELLO = new FunctionKey("openfaas-fn", "hello");

    private final List<String> pinned = new ArrayList<>();
    private final KeptImages images = new KeptImages(new NodeImages() {
        @Override
        public @Nullable String ofStore(String reference) {
            return null;
        }

        @Override
        public void keep(String name) {
            pinned.add(name);
        }

        @Override
        public void leave(String name) {
            pinned.remove(name);
        }
    });

    @Test
    void an_image_a_pod_still_runs_is_kept_however_many_versions_came() {
        images.keep(HELLO, "1");
        images.keep("openfaas-fn", "pod", "1");
        images.keep("openfaas-fn", "pod", "1");
        images.keep(HELLO, "2");
        images.keep(HELLO, "3");
        assertThat(pinned).containsExactlyInAnyOrder("1", "2", "3");
        images.leave("pod");
        assertThat(pinned).containsExactlyInAnyOrder("2", "3");
        images.keep("other", "its", "4");
        images.leaveNamespace("other");
        images.leave(HELLO);
        assertThat(pinned).isEmpty();
    }
}
