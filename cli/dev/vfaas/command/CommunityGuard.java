package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import dev.vfaas.image.registry.PublicImages;
import dev.vfaas.openfaas.CommunityEdition;
import dev.vfaas.openfaas.CommunityEdition.Objection;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.stack.Stack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Says, before anything is deployed to OpenFaaS's Community Edition, what it will refuse or ignore. Other gateways are left alone. */
final class CommunityGuard {
    private static final String WAY_OUT = "vfaas up HOST --stack vfaas sets up a gateway without this limit";

    private final Session session;
    private final OpenFaas client;
    private final @Nullable Stack file;
    private final boolean community;
    private final Map<String, Objection> told = new LinkedHashMap<>();

    /** @param file where places are looked up; null when the command line describes the function */
    CommunityGuard(Session session, OpenFaas client, @Nullable Stack file) {
        this.session = session;
        this.client = client;
        this.file = file;
        this.community = community(client);
    }

    private static boolean community(OpenFaas client) {
        try {
            return CommunityEdition.is(client.info());
        } catch (GatewayException e) {
            return false; // deploying tells why it does not answer
        }
    }

    /** Everything but the images: can be said before they are built. */
    void fields(List<FunctionDeployment> deployments) {
        if (!community) {
            return;
        }
        deployments.forEach(deployment -> CommunityEdition.to(deployment).forEach(this::tell));
        count(deployments);
        session.console()
                .info(
                        "note: this is OpenFaaS's Community Edition: commercial use is limited to 60 days and one installation per"
                                + " company");
    }

    /** Whether the images are public, which is asked of their registries. */
    void images(List<FunctionDeployment> deployments) throws InterruptedException {
        if (!community) {
            return;
        }
        PublicImages registries =
                PublicImages.asNobody(session.environment().cacheDirectory().resolve("nobody"), false);
        Map<FunctionDeployment, Future<PublicImages.Answer>> asked = new LinkedHashMap<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (FunctionDeployment deployment : deployments) {
                if (!told.containsKey(deployment.service() + " image")) {
                    asked.put(
                            deployment,
                            executor.submit(() -> registries.ask(ImageReference.parse(deployment.image()))));
                }
            }
        }
        for (Map.Entry<FunctionDeployment, Future<PublicImages.Answer>> one : asked.entrySet()) {
            try {
                image(one.getKey(), one.getValue().get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof Failure)) {
                    throw new IllegalStateException(e.getCause());
                }
                // No image name at all: the gateway's own refusal says so.
            }
        }
    }

    private void image(FunctionDeployment deployment, PublicImages.Answer answer) {
        String name = deployment.image();
        switch (answer) {
            case PublicImages.Answer.Public() -> {}
            case PublicImages.Answer.Closed(String why) ->
                tell(
                        new Objection(
                                deployment.service(),
                                "image",
                                true,
                                "only public images are allowed, and " + why + " (" + name
                                        + "); a new version of a function is then ignored while its gateway says it was taken"));
            case PublicImages.Answer.Unknown(String why) ->
                session.console()
                        .warn(place(deployment.service(), "image") + ": " + deployment.service()
                                + ": whether the image " + name + " is public could not be seen from here (" + why
                                + "); OpenFaaS's Community Edition refuses it if not");
        }
    }

    private void count(List<FunctionDeployment> deployments) {
        Set<String> names = new TreeSet<>();
        deployments.forEach(deployment -> names.add(deployment.service()));
        List<String> there = new ArrayList<>();
        try {
            client.functions(null).stream().map(FunctionStatus::name).forEach(there::add);
        } catch (GatewayException e) {
            // What cannot be counted is counted by the gateway.
        }
        names.addAll(there);
        if (names.size() > CommunityEdition.FUNCTIONS) {
            session.console()
                    .warn((file == null ? "" : file.source() + ": ") + "OpenFaaS's Community Edition runs "
                            + CommunityEdition.FUNCTIONS + " functions; with those that are there (" + there.size()
                            + ") it would be " + names.size() + ": the last ones will be refused. " + WAY_OUT);
        }
    }

    private void tell(Objection objection) {
        if (told.putIfAbsent(objection.function() + " " + objection.field(), objection) == null) {
            session.console()
                    .warn(place(objection.function(), objection.field()) + ": " + objection.function() + "."
                            + objection.field() + ": OpenFaaS's Community Edition "
                            + (objection.refused() ? "refuses this: " : "ignores this: ") + objection.what() + ". "
                            + WAY_OUT);
        }
    }

    private String place(String function, String field) {
        return file == null ? "the command line" : file.place(function, field);
    }
}
