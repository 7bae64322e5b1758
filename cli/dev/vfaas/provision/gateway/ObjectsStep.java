package dev.vfaas.provision.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.k3s.RegistriesStep;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the gateway's objects into the cluster. The secrets are made on the server: the passwords are in no command, no plan and no log. */
final class ObjectsStep implements Step {
    static final String ID = "vfaas-objects";
    private static final String QUESTION = "vfaas.objects";
    private static final String MARK = "--";
    private static final Duration APPLY = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofMinutes(2);

    /** Prints the objects there are, then what of the rest is as it shall be, a word each. $OBJECTS: those that are asked for. */
    private static final String LOOK = """
            export PATH="$PATH:/usr/local/bin"
            command -v k3s >/dev/null || exit 0
            printf %s "$OBJECTS" | k3s kubectl get -f - --ignore-not-found -o json --request-timeout=20s
            echo --
            [ "$(stat -c '%a %u' /var/lib/vfaas-gateway 2>/dev/null)" = "700 10001" ] && echo folder
            k3s kubectl -n vfaas get secret basic-auth -o name 2>/dev/null
            there=$(k3s kubectl -n vfaas get secret node-password -o 'jsonpath={.data.password}' 2>/dev/null)
            [ -n "$there" ] && [ "$there" = "$(PASSWORD | base64 | tr -d '\\n')" ] && echo node-password
            """.replace("PASSWORD", RegistriesStep.PASSWORD);

    /**
     * The shell function {@code volume}, which makes the volume $1 and its claim $2. Kubernetes binds a claim at once when its controller has already seen
     * the volume the claim names, which the volume's phase tells, and when neither changed while it bound them; otherwise it looks again only every 15 s,
     * or when one of them changes, for which an annotation is enough. A volume whose claim was deleted still names that claim's uid and binds no other
     * one; nobody but us may take the uid away, and its data stays.
     */
    static final String VOLUME = """
            phase() {
              i=0 begun=$(date +%s)
              while [ $(($(date +%s) - begun)) -lt 20 ]; do
                case $(k -n vfaas get "$1" -o 'jsonpath={.status.phase}') in $2|Bound) break ;; esac
                i=$((i + 1)); sleep 0.2
                [ "$((i % 4))" -ne 0 ] || k -n vfaas annotate --overwrite "$1" "vfaas.dev/look-again=$i" >/dev/null || true
              done
              [ "$i" -lt 4 ] || k -n vfaas annotate "$1" vfaas.dev/look-again- >/dev/null || true
            }
            volume() {
              case $(k get persistentvolume vfaas-gateway -o 'jsonpath={.status.phase}' 2>/dev/null) in Released|Failed)
                k patch persistentvolume vfaas-gateway --type=merge -p '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}' >/dev/null ;;
              esac
              printf %s "$1" | k apply -f - >/dev/null
              phase persistentvolume/vfaas-gateway Available
              printf %s "$2" | k apply -f - >/dev/null
              phase persistentvolumeclaim/gateway-data Bound
            }
            """;

    /**
     * Makes what the objects need: namespace, volume, folder, secrets. A pod whose claim is not bound yet may wait 10 s for the next look at it. Therefore
     * volume and claim come first. $1: the volume, $2: its claim, $3: the gateway's image, $4: the archive it is in,
     * should K3s not have imported it when it started.
     */
    private static final String PREPARE = """
            set -e
            umask 077
            export PATH="$PATH:/usr/local/bin"
            k() { k3s kubectl "$@"; }
            VOLUME
            k get namespace vfaas >/dev/null 2>&1 || k create namespace vfaas >/dev/null
            volume "$1" "$2" & volume=$!
            { k3s ctr images ls -q | grep -qxF "$3" || k3s ctr images import "$4" >&2; } & image=$!
            mkdir -p /var/lib/vfaas-gateway
            chown 10001:10001 /var/lib/vfaas-gateway
            chmod 0700 /var/lib/vfaas-gateway
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            basic() {
              if ! k -n vfaas get secret basic-auth >/dev/null 2>&1; then
                head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 32 >"$work/basic"
                k -n vfaas create secret generic basic-auth --from-literal=basic-auth-user=admin --from-file=basic-auth-password="$work/basic" >/dev/null
              fi
              k -n vfaas label --overwrite secret basic-auth app.kubernetes.io/managed-by=vfaas >/dev/null
            }
            basic & basic=$!
            PASSWORD >"$work/node"
            if [ ! -s "$work/node" ]; then echo "/etc/rancher/k3s/registries.yaml holds no password for vfaas.internal" >&2; exit 1; fi
            k -n vfaas create secret generic node-password --from-file=password="$work/node" --dry-run=client -o yaml >"$work/node.yaml"
            k apply -f "$work/node.yaml" >/dev/null
            k -n vfaas label --overwrite secret node-password app.kubernetes.io/managed-by=vfaas >/dev/null
            wait $basic
            wait $volume
            wait $image
            """.replace("VOLUME\n", VOLUME).replace("PASSWORD", RegistriesStep.PASSWORD);

    private static final String UNDO = """
            export PATH="$PATH:/usr/local/bin"
            if command -v k3s >/dev/null; then
              timeout 60 k3s kubectl -n vfaas delete deployment gateway --ignore-not-found --timeout=50s >/dev/null 2>&1
            fi
            rm -rf /var/lib/vfaas-gateway
            """;

    private final Manifests manifests;
    private final GatewayWish.Shape shape;
    private final QueueSecret queue;
    private final ObjectMapper json = new ObjectMapper();

    ObjectsStep(Manifests manifests, GatewayWish.Shape shape, QueueSecret queue) {
        this.manifests = manifests;
        this.shape = shape;
        this.queue = queue;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "putting the gateway's objects into the cluster";
    }

    @Override
    public List<Question> questions() {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("apiVersion", "v1");
        list.put("kind", "List");
        list.put(
                "items",
                manifests.objects().stream().map(ClusterObject::reference).toList());
        try {
            // JSON of names holds no single quote.
            return List.of(new Question.OfScript(
                    QUESTION,
                    "OBJECTS='" + json.writeValueAsString(list) + "'\n" + LOOK + QueueSecret.LOOK + "exit 0\n"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Change> plan(Planning planning) {
        String output = planning.observed().answer(QUESTION).output();
        int mark = output.lastIndexOf("\n" + MARK) + 1;
        List<ClusterObject> live = objects(mark > 0 ? output.substring(0, mark) : "");
        List<String> rest = output.substring(mark).lines().toList();
        List<Change> changes = new ArrayList<>();
        if (!rest.contains("folder")) {
            changes.add(new Change.OfAction("make the folder of the gateway's data, " + VfaasStack.DATA));
        }
        if (!rest.contains("secret/basic-auth")) {
            changes.add(new Change.OfAction("make the gateway's password, as Secret vfaas/basic-auth"));
        }
        if (!rest.contains("node-password")) {
            changes.add(new Change.OfAction(
                    "let the gateway know the password of the cluster's nodes, as Secret vfaas/node-password"));
        }
        changes.addAll(queue.plan(rest));
        for (ClusterObject wanted : manifests.objects()) {
            Optional<ClusterObject> there = live.stream().filter(wanted::sameAs).findFirst();
            Optional<String> old = there.map(object -> wanted.seenIn(object).yaml());
            if (!old.equals(Optional.of(wanted.yaml()))) {
                changes.add(new Change.OfManifest(
                        wanted.kind(), wanted.namespace(), wanted.name(), old.orElse(null), wanted.yaml()));
            }
        }
        return changes;
    }

    private List<ClusterObject> objects(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        try {
            JsonNode root = json.readTree(text);
            List<ClusterObject> objects = new ArrayList<>();
            for (JsonNode item : root.has("items")
                    ? root.path("items")
                    : json.createArrayNode().add(root)) {
                objects.add(new ClusterObject(json.convertValue(item, Map.class)));
            }
            return objects;
        } catch (JsonProcessingException e) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            "what the cluster has cannot be understood: " + e.getOriginalMessage())
                    .next("the same command again");
        }
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.run(
                Command.script(
                        PREPARE,
                        manifests.only("PersistentVolume"),
                        manifests.only("PersistentVolumeClaim"),
                        manifests.image(),
                        ImageStep.ARCHIVE),
                SHORT);
        queue.apply(changes, execution);
        execution.remember(GatewayWish.REPLICAS, Integer.toString(shape.replicas()));
        execution.remember(GatewayWish.QUEUE, shape.queue());
        execution.remember(GatewayWish.ACCESS_LOG, Boolean.toString(shape.accessLog()));
        // On standard input, because a manifest is longer than a command line may be; it holds nothing secret.
        execution.run(
                Command.script("PATH=\"$PATH:/usr/local/bin\"; k3s kubectl apply -f -"),
                Secret.of(manifests.text()),
                APPLY);
    }

    @Override
    public void undo(Execution execution) {
        execution.run(Command.script(UNDO), APPLY);
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of(
                "the gateway's data, with images, queued calls and the functions' deployments: " + VfaasStack.DATA);
    }
}
