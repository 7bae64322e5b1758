package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.Peers;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gateways of a cluster, by Leases (coordination.k8s.io/v1) in the namespace the gateway lives in: one that the leader holds, and one for each
 * gateway that says where it answers. A lease counts as alive while it is renewed as seen by the observer's own clock, so that clocks need not agree.
 * A leader that cannot renew stops leading before another one may begin. Where leases are not allowed, the gateway acts as if it were alone.
 */
public final class Gateways implements Peers, AutoCloseable {
    /** The lease of the leader. */
    static final String LEADER = "vfaas-gateway-leader";

    /** Label of the gateways' own leases, with value {@code member}. */
    static final String MEMBER = Marks.OWN + "gateway";

    private static final String ADDRESS = Marks.OWN + "address";
    private static final Duration RHYTHM = Duration.ofSeconds(2);
    private static final Duration LEADS = Duration.ofSeconds(5);
    private static final Duration LEADER_LEASE = Duration.ofSeconds(7);
    private static final Duration MEMBER_LEASE = Duration.ofSeconds(18);
    private static final int MEMBER_BEATS = 3;

    private record Observed(String version, long nanos) {}

    private final String id =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final Map<String, Observed> observed = new HashMap<>();
    private final KubernetesClient client;
    private final String namespace;
    private final Consumer<String> log;
    private final Thread thread;
    private volatile @Nullable URI address;
    private volatile List<Peer> others = List.of();
    private volatile long leadsUntil;
    private volatile boolean led;
    private volatile boolean alone;
    private volatile boolean closed;
    private @Nullable Lease leader;
    private @Nullable Lease own;
    private @Nullable String trouble;

    /**
     * Neither leads nor is seen by others until it is {@link #open}.
     *
     * @param log takes a line when the leader changes and when leases cannot be used
     */
    public Gateways(Cluster cluster, Consumer<String> log) {
        this.client = cluster.client();
        String given = client.getNamespace();
        this.namespace = given == null || given.isEmpty() ? "default" : given;
        this.log = log;
        this.thread = Thread.ofVirtual().name("gateways").unstarted(this::run);
    }

    /** Begins to take part, as the gateway that answers at {@code address}. */
    public void open(URI address) {
        this.address = address;
        thread.start();
    }

    @Override
    public boolean leads() {
        return alone || led && System.nanoTime() - leadsUntil < 0;
    }

    @Override
    public List<Peer> others() {
        return others;
    }

    private void run() {
        for (long beat = 0; !closed; beat++) {
            try {
                if (own == null || beat % MEMBER_BEATS == 0) {
                    enrol();
                }
                campaign();
                if (alone || trouble != null) {
                    log.accept("leases of gateways in namespace " + namespace + " can be used again");
                }
                alone = false;
                trouble = null;
            } catch (KubernetesClientException e) {
                failed(e);
            } catch (RuntimeException e) { // an interrupted request while it closes, say
                failed(new KubernetesClientException(String.valueOf(e), e));
            }
            if (led && System.nanoTime() - leadsUntil >= 0) {
                led = false;
                observed.clear();
                log.accept("no longer decides about replicas");
            }
            if (!closed) {
                LockSupport.parkNanos(RHYTHM.toNanos());
            }
        }
    }

    private void failed(KubernetesClientException e) {
        own = null;
        if (e.getCode() == 403) {
            others = List.of();
            alone = true;
        }
        String text = String.valueOf(e.getMessage());
        if (trouble == null && !closed) {
            log.accept("cannot use leases in namespace " + namespace + (alone ? ", acts as the only gateway" : "")
                    + ": " + text);
        }
        trouble = text;
    }

    private NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases() {
        return client.leases().inNamespace(namespace);
    }

    private static ZonedDateTime now() {
        return ZonedDateTime.now(ZoneOffset.UTC);
    }

    /** Renews the lease that says that this gateway is there. */
    private void enrol() {
        Lease known = own;
        if (known == null) {
            Lease fresh = new LeaseBuilder()
                    .withNewMetadata()
                    .withName("vfaas-gateway-" + id)
                    .withNamespace(namespace)
                    .addToLabels(MEMBER, "member")
                    .addToAnnotations(ADDRESS, String.valueOf(address))
                    .endMetadata()
                    .withNewSpec()
                    .withHolderIdentity(id)
                    .withLeaseDurationSeconds((int) MEMBER_LEASE.toSeconds())
                    .withAcquireTime(now())
                    .withRenewTime(now())
                    .endSpec()
                    .build();
            Lease found = leases().withName(fresh.getMetadata().getName()).get();
            own = found == null
                    ? leases().resource(fresh).create()
                    : leases().resource(renewed(found, id, false)).update();
        } else {
            own = leases().resource(renewed(known, id, false)).update();
        }
    }

    private static Lease renewed(Lease lease, String holder, boolean takeOver) {
        Integer changes = lease.getSpec().getLeaseTransitions();
        LeaseBuilder builder = new LeaseBuilder(lease)
                .editSpec()
                .withHolderIdentity(holder)
                .withRenewTime(now())
                .endSpec();
        return takeOver
                ? builder.editSpec()
                        .withAcquireTime(now())
                        .withLeaseTransitions((changes == null ? 0 : changes) + 1)
                        .endSpec()
                        .build()
                : builder.build();
    }

    /** Keeps or tries to get the leader's lease. */
    private void campaign() {
        long begun = System.nanoTime();
        Lease found = leases().withName(LEADER).get();
        Lease mine = null;
        try {
            if (found == null) {
                mine = leases().resource(new LeaseBuilder()
                                .withNewMetadata()
                                .withName(LEADER)
                                .withNamespace(namespace)
                                .endMetadata()
                                .withNewSpec()
                                .withHolderIdentity(id)
                                .withLeaseDurationSeconds((int) LEADER_LEASE.toSeconds())
                                .withAcquireTime(now())
                                .withRenewTime(now())
                                .withLeaseTransitions(0)
                                .endSpec()
                                .build())
                        .create();
            } else if (id.equals(found.getSpec().getHolderIdentity())) {
                mine = leases().resource(renewed(found, id, false)).update();
            } else if (!alive(found, LEADER_LEASE)) {
                mine = leases().resource(renewed(found, id, true)).update();
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            } // another gateway was quicker
        }
        leader = mine;
        if (mine == null) {
            leadsUntil = System.nanoTime();
            return;
        }
        survey(); // it decides by the load of all
        leadsUntil = begun + LEADS.toNanos();
        if (!led) {
            led = true;
            log.accept(
                    "decides about replicas" + (others.isEmpty() ? "" : " for " + (others.size() + 1) + " gateways"));
        }
    }

    /** Whether a lease was renewed lately, as this gateway has seen it. */
    private boolean alive(Lease lease, Duration limit) {
        String version = lease.getMetadata().getResourceVersion();
        Observed last = observed.get(lease.getMetadata().getName());
        if (last == null || !last.version().equals(version)) {
            observed.put(lease.getMetadata().getName(), new Observed(version, System.nanoTime()));
            return true;
        }
        return System.nanoTime() - last.nanos() < limit.toNanos();
    }

    /** Sees who is there; forgets the leases of those that have ended without a word. */
    private void survey() {
        List<Peer> alive = new ArrayList<>();
        for (Lease lease : leases().withLabel(MEMBER, "member").list().getItems()) {
            String holder = String.valueOf(lease.getSpec().getHolderIdentity());
            Map<String, String> notes = lease.getMetadata().getAnnotations();
            String where = notes == null ? null : notes.get(ADDRESS);
            if (holder.equals(id) || where == null) {
                continue;
            }
            if (alive(lease, MEMBER_LEASE)) {
                alive.add(new Peer(holder, URI.create(where)));
            } else {
                leases().withName(lease.getMetadata().getName()).delete();
                observed.remove(lease.getMetadata().getName());
            }
        }
        others = List.copyOf(alive);
    }

    /** Leaves: another gateway may lead at once. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            if (address != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        led = false;
        alone = false;
        release(leader);
        release(own);
    }

    private void release(@Nullable Lease lease) {
        if (lease == null) {
            return;
        }
        try {
            leases().resource(lease)
                    .lockResourceVersion(lease.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            // it runs out by itself
        }
    }
}
