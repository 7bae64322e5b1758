package dev.vfaas.provision.gateway;

import dev.vfaas.context.ServerContext;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.provision.access.GatewayAccessStep;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.RegistriesStep;
import dev.vfaas.provision.stack.ServerStack;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stack {@code vfaas}: vfaas's own gateway on Kubernetes. */
public final class VfaasStack implements ServerStack {
    /** Where the gateway listens, as every node of the cluster sees it. */
    public static final String ADDRESS = "10.43.0.80";
    /** The gateway's port. */
    public static final int PORT = 8080;

    /** Where the gateway is in the cluster. */
    public static final String NAMESPACE = "vfaas";

    /** Where the gateway keeps what must last, on the first server. */
    static final String DATA = "/var/lib/vfaas-gateway";

    private static final Duration REMOVAL = Duration.ofMinutes(3);

    private final ServerContext context;
    private final @Nullable Function<String, GatewayImage> images;
    private final String version;
    private final String host;
    private final GatewayWish wish;

    /**
     * @param images makes or finds the image for an architecture as {@code uname -m} names it; null to take things away only, which needs none
     * @param version of this vfaas
     * @param host as the person names the server
     */
    public VfaasStack(
            ServerContext context,
            @Nullable Function<String, GatewayImage> images,
            String version,
            String host,
            GatewayWish wish) {
        this.host = host;
        this.wish = wish;
        this.context = context;
        this.images = images;
        this.version = version;
    }

    /** The step that puts the gateway's image on a node, at best before K3s starts there. */
    public static Step bringing(GatewayImage image) {
        return new ImageStep(image);
    }

    @Override
    public StackChoice choice() {
        return StackChoice.VFAAS;
    }

    /** What comes once K3s runs; the image is {@link #bringing brought} before. */
    @Override
    public List<Step> steps(Facts facts) {
        if (images == null) {
            Manifests none = new Manifests("", version, "", GatewayWish.Shape.USUAL);
            return List.of(
                    new UndoOnly(new ImageStep(null)),
                    new UndoOnly(new ObjectsStep(none, GatewayWish.Shape.USUAL, new QueueSecret(host, "", null))),
                    new UndoOnly(new RolloutStep()),
                    new UndoOnly(new GatewayAccessStep(context, NAMESPACE, List.of())),
                    new UndoOnly(new SmokeStep("", "", "", false)));
        }
        GatewayWish.Shape shape = wish.on(new StateText().state(facts.kept().state()), host);
        GatewayImage image = images.apply(facts.architecture());
        String reference = image.reference(GatewayImage.GATEWAY);
        String node = K3sBlueprint.nodeName(facts);
        Manifests manifests = new Manifests(reference, version, node, shape);
        return List.of(
                new ObjectsStep(manifests, shape, new QueueSecret(host, shape.queue(), wish.queue())),
                new RolloutStep(),
                new GatewayAccessStep(context, NAMESPACE, List.of(ObjectsStep.ID)),
                new SmokeStep(
                        image.reference(GatewayImage.SMOKE),
                        node,
                        ClusterImage.tag(reference),
                        !shape.queue().isEmpty()));
    }

    @Override
    public List<String> removes() {
        return List.of(
                "the gateway, its namespace " + NAMESPACE
                        + ", the namespace openfaas-fn and others it made for functions",
                "the gateway's data on the server: " + DATA,
                "on this machine: the context " + context.name() + " and its login");
    }

    @Override
    public void remove(Execution execution) {
        execution.progress("removing the gateway's objects");
        execution.run(Command.script("""
                        export PATH="$PATH:/usr/local/bin"
                        k3s kubectl delete namespace vfaas openfaas-fn --ignore-not-found --timeout=150s || exit $?
                        for role in vfaas.dev/role dev.vfaas/role; do
                          k3s kubectl delete namespace -l "app.kubernetes.io/managed-by=vfaas,$role=functions" --ignore-not-found --timeout=150s || exit $?
                        done
                        k3s kubectl delete clusterrole,clusterrolebinding,persistentvolume -l app.kubernetes.io/managed-by=vfaas --ignore-not-found --timeout=20s || exit $?
                        k3s kubectl label nodes --all vfaas.dev/gateway-image- >/dev/null || exit $?
                        k3s ctr images ls -q | grep '^vfaas\\.internal/' | while read -r name; do k3s ctr images rm "$name" >/dev/null; done
                        rm -rf "$1" "$2"
                        """, DATA, ImageStep.ARCHIVE), REMOVAL);
        if (execution.state().files().containsKey(RegistriesStep.PATH)) {
            execution.remove(List.of(RegistriesStep.PATH));
        }
        context.forget();
    }
}
