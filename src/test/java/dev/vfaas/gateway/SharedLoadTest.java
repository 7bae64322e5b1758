package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.runtime.Peers;
import dev.vfaas.gateway.scaling.LocalLoad;
import dev.vfaas.gateway.scaling.ObservedLoad;
import dev.vfaas.gateway.scaling.SharedLoad;
import dev.vfaas.openfaas.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One gateway's view of the load of two, over real HTTP. */
class SharedLoadTest {
    private final RunningGateway peer = new RunningGateway();
    private final StaticRuntime here = new StaticRuntime();
    private final StaticRuntime.Function mine = here.serve("hello");
    private final StaticRuntime.Function theirs = peer.runtime.serve("hello");
    private final List<Peers.Peer> others = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final SharedLoad load = with(RunningGateway.PASSWORD);

    private SharedLoad with(String password) {
        Peers peers = new Peers() {
            @Override
            public boolean leads() {
                return true;
            }

            @Override
            public List<Peer> others() {
                return List.copyOf(others);
            }
        };
        return new SharedLoad(peers, new BasicAuthentication("admin", Secret.of(password)).header(), logged::add);
    }

    private void joined(String id) {
        others.add(new Peers.Peer(id, URI.create("http://127.0.0.1:" + peer.port)));
    }

    private ObservedLoad look() {
        load.refresh();
        return load.of(mine);
    }

    @AfterEach
    void close() {
        load.close();
        peer.close();
    }

    @Test
    void calls_of_all_gateways_count() {
        joined("a");
        look();
        mine.load.begin();
        theirs.load.begin();
        theirs.load.begin();
        theirs.load.end();
        ObservedLoad seen = look();
        assertThat(seen.inFlight()).isEqualTo(2);
        assertThat(seen.started()).isEqualTo(3);
        assertThat(seen.complete()).isTrue();
    }

    @Test
    void calls_from_before_a_peer_was_known_are_no_load_now() {
        theirs.load.begin();
        theirs.load.begin();
        assertThat(look().started()).isZero();
        joined("a");
        assertThat(look().started()).isZero();
        assertThat(look().inFlight()).isEqualTo(2);
        theirs.load.begin();
        assertThat(look().started()).isEqualTo(1);
        others.clear();
        joined("started anew");
        assertThat(look().started()).isEqualTo(1);
    }

    @Test
    void a_function_is_as_idle_as_where_it_is_busiest() throws InterruptedException {
        joined("a");
        Thread.sleep(50);
        theirs.load.begin();
        theirs.load.end();
        Duration idle = look().idle();
        assertThat(idle).isLessThan(new LocalLoad().of(mine).idle());
    }

    @Test
    void a_silent_peer_counts_with_what_it_told_last() {
        joined("a");
        theirs.load.begin();
        look();
        peer.close();
        assertThat(look().inFlight()).isEqualTo(1);
        assertThat(look().complete()).isFalse();
        assertThat(logged).singleElement().asString().contains("does not tell its load", "nothing is scaled down");
        others.clear(); // its lease has run out
        assertThat(look().complete()).isTrue();
        assertThat(look().inFlight()).isZero();
    }

    @Test
    void a_peer_with_another_password_is_named() {
        joined("a");
        SharedLoad stranger = with("wrong");
        stranger.refresh();
        assertThat(stranger.of(mine).complete()).isFalse();
        assertThat(logged).singleElement().asString().contains("it has another password");
        stranger.close();
    }
}
