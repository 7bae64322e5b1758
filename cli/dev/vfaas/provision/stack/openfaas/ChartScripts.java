package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.provision.stack.ClusterObjects;

/** What is asked of the cluster about the chart's installation, as POSIX sh. */
final class ChartScripts {
    private ChartScripts() {}

    /**
     * Prints the stage that is not reached yet, or "ready", and a word about it. $1 for how many seconds to look; $2 "install" when the Helm job
     * must have succeeded, "present" when it is enough that everything runs.
     */
    static final String LOOK = ClusterObjects.PATH + """
            reasons='{range .items[*]}{.metadata.name}{range .status.initContainerStatuses[*]} {.name}={.state.waiting.reason}{end}{range .status.containerStatuses[*]} {.name}={.state.waiting.reason}{end}{"\\n"}{end}'
            failing='=(ImagePullBackOff|ErrImagePull|InvalidImageName|CrashLoopBackOff|CreateContainerConfigError|CreateContainerError)'
            look() {
              job=$(k3s kubectl -n kube-system get job helm-install-openfaas --ignore-not-found \\
                -o 'jsonpath=job {.status.succeeded}/{.status.conditions[?(@.type=="Failed")].status} {.status.conditions[?(@.type=="Failed")].message}' --request-timeout=5s 2>&1) \\
                || { echo "api $job" | tail -n 1; return 1; }
              case $job in
              */True*) echo "failed ${job#*/True }"; return 1 ;;
              'job 1/'*) ;;
              '') if [ "$2" = install ]; then echo "controller K3s's Helm controller has not taken up the chart"; return 1; fi ;;
              *)
                if [ "$2" = install ]; then
                  pods=$(k3s kubectl -n kube-system get pods -l job-name=helm-install-openfaas -o "jsonpath=$reasons" --request-timeout=5s 2>/dev/null | grep -E "$failing" | head -n 2)
                  if [ -n "$pods" ]; then echo "helm-failing $(echo $pods)"; return 1; fi
                  echo "helm the job helm-install-openfaas is at work"; return 1
                fi ;;
              esac
              deployments=$(k3s kubectl -n openfaas get deployments \\
                -o 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Available")].status}:{.spec.replicas}/{.status.updatedReplicas}{"\\n"}{end}' --request-timeout=5s 2>&1) \\
                || { echo "api $deployments" | tail -n 1; return 1; }
              case " $(echo $deployments)" in *" gateway="*) ;; *) echo "deployments no Deployment gateway in namespace openfaas"; return 1 ;; esac
              waiting=$(echo "$deployments" | grep -v -E '=True:(0/|([0-9]+)/\\2)$')
              if [ -n "$waiting" ]; then
                pods=$(k3s kubectl -n openfaas get pods -o "jsonpath=$reasons" --request-timeout=5s 2>/dev/null | grep -E "$failing" | head -n 4)
                if [ -n "$pods" ]; then echo "pods-failing $(echo $pods)"; return 1; fi
                echo "deployments" $(echo "$waiting" | cut -d= -f1) "not available yet"; return 1
              fi
              answer=$(timeout 5 k3s kubectl get --raw /api/v1/namespaces/openfaas/services/gateway:8080/proxy/healthz 2>&1) \\
                || { echo "health $answer" | tail -n 1; return 1; }
              echo ready
            }
            end=$(($(date +%s) + $1))
            until said=$(look "$@"); do
              case $said in failed*) break ;; esac
              if [ "$(date +%s)" -ge "$end" ]; then break; fi
              sleep 1
            done
            echo "$said"
            """;

    /** Prints why it does not come up: Helm's last words, and of each pod that is not ready its reason and last words. */
    static final String DIAGNOSIS = ClusterObjects.PATH + """
            words() { sed 's/^/    /' | tail -n "$1"; }
            case $1 in controller|helm|helm-failing|failed)
              k3s kubectl -n kube-system get helmchart openfaas -o 'jsonpath={range .status.conditions[?(@.status=="True")]}HelmChart openfaas: {.type} {.reason} {.message}{"\\n"}{end}' 2>/dev/null
              for pod in $(k3s kubectl -n kube-system get pods -l job-name=helm-install-openfaas --sort-by=.metadata.creationTimestamp -o 'jsonpath={.items[*].metadata.name}' 2>/dev/null | tr ' ' '\\n' | tail -n 1); do
                k3s kubectl -n kube-system get pod "$pod" -o 'jsonpath=Pod {.metadata.name}: {.status.phase}{range .status.containerStatuses[*]} {.state.waiting.reason} {.state.waiting.message}{.state.terminated.reason}{end}{"\\n"}' 2>/dev/null
                last=$(k3s kubectl -n kube-system logs "$pod" --tail=12 2>/dev/null)
                if [ -n "$last" ]; then echo "  its last words:"; echo "$last" | words 12; fi
              done ;;
            esac
            for pod in $(k3s kubectl -n openfaas get pods -o 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}' 2>/dev/null | grep -v '=True$' | cut -d= -f1 | head -n 4); do
              k3s kubectl -n openfaas get pod "$pod" -o 'jsonpath=Pod {.metadata.name}: {.status.phase} {.status.conditions[?(@.type=="PodScheduled")].message}{"\\n"}{range .status.containerStatuses[?(@.ready==false)]}  container {.name} ({.image}), restarts {.restartCount}: {.state.waiting.reason} {.state.waiting.message}{"\\n"}{end}' 2>/dev/null
              for container in $(k3s kubectl -n openfaas get pod "$pod" -o 'jsonpath={range .status.containerStatuses[?(@.ready==false)]}{.name} {end}' 2>/dev/null); do
                last=$(k3s kubectl -n openfaas logs "$pod" -c "$container" --previous --tail=6 2>/dev/null || k3s kubectl -n openfaas logs "$pod" -c "$container" --tail=6 2>/dev/null)
                if [ -n "$last" ]; then echo "  last words of $container:"; echo "$last" | words 6; fi
              done
            done
            k3s kubectl -n openfaas get events --field-selector type=Warning --sort-by=.lastTimestamp -o custom-columns=O:.involvedObject.name,M:.message --no-headers 2>/dev/null | tail -n 4
            true
            """;

    /**
     * Lets the Helm controller install anew. $1 a word that was never used. With the failure policy "abort" it would leave a release alone whose last
     * attempt failed or was cut off; forgetting that attempt's record, and no other, is the intervention it waits for.
     */
    static final String AGAIN = ClusterObjects.PATH + """
            k3s kubectl -n kube-system delete job helm-install-openfaas --ignore-not-found --wait=true --timeout=60s >/dev/null || exit 1
            k3s kubectl -n openfaas delete secret --ignore-not-found \\
              -l 'owner=helm,name=openfaas,status in (failed,pending-install,pending-upgrade,pending-rollback)' >/dev/null || exit 1
            k3s kubectl -n kube-system annotate helmchart openfaas --overwrite "vfaas.dev/attempt=$1" >/dev/null 2>&1 || true
            """;

    /** Takes everything away: the release by the Helm controller, then the namespaces, then the kinds the chart is told to keep. */
    static final String REMOVE = ClusterObjects.PATH + """
            if ! k3s kubectl -n kube-system delete helmchart openfaas --ignore-not-found --wait=true --timeout=240s; then
              k3s kubectl -n kube-system logs job/helm-delete-openfaas --tail=10 >&2
              exit 1
            fi
            k3s kubectl -n kube-system delete job helm-install-openfaas helm-delete-openfaas --ignore-not-found --wait=true --timeout=60s || exit 1
            k3s kubectl delete namespace openfaas openfaas-fn --ignore-not-found --wait=true --timeout=180s || exit 1
            kinds=$(k3s kubectl get crd -o name | grep -E '[./]openfaas\\.com$')
            if [ -n "$kinds" ]; then k3s kubectl delete $kinds --wait=true --timeout=60s; fi
            """;
}
