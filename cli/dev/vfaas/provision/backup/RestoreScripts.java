package dev.vfaas.provision.backup;

import dev.vfaas.provision.engine.HostFolder;

/** What runs on a server to make it the one a backup was made of. */
final class RestoreScripts {
    /** Where the backup lies until it is unpacked, and where it is unpacked; root's only. */
    static final String ARCHIVE = HostFolder.STANDARD.path() + "/restore.tar.gz";

    static final String STAGE_FOLDER = HostFolder.STANDARD.path() + "/restore.stage";

    /** The file that arrived is not the one that was sent. */
    static final int WRONG_SUM = 65;

    /**
     * $1 the archive, $2 its checksum, $3 where to unpack it, $4 the datastore. Whatever ran here is ended first; the data are then those of the backup
     * and nothing of before is left. May be done again at any point.
     */
    static final String PUT_BACK = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            set -e; umask 022
            stage=$3; server=/var/lib/rancher/k3s/server
            sum=$(sha256sum < "$1" | cut -c1-64)
            if [ "$sum" != "$2" ]; then echo "$sum instead of $2" >&2; exit 65; fi
            systemctl stop k3s.service 2>/dev/null || true
            if [ -x /usr/local/bin/k3s-killall.sh ]; then /usr/local/bin/k3s-killall.sh >/dev/null 2>&1 || true; fi
            rm -rf "$stage"; mkdir -m 700 "$stage"
            tar --extract --gzip --file="$1" --directory="$stage" --numeric-owner --same-owner --preserve-permissions
            put() {
              rm -rf "$1"
              if [ -e "$stage/root$1" ]; then mkdir -p "${1%/*}"; mv "$stage/root$1" "$1"; fi
            }
            mkdir -p "$server"; chmod 700 "$server"
            # the authority and all that it signed come out of the datastore, opened with the token
            rm -rf "$server/db" "$server/tls" "$server/cred"
            put "$server/token"
            put "$server/agent-token"
            put "$server/manifests"
            put /var/lib/rancher/k3s/storage
            put /var/lib/vfaas-gateway
            put /etc/rancher/node
            cd "$stage/root/etc/rancher/k3s" 2>/dev/null && find . -type f | while read -r file; do
              # vfaas writes its own for this host, K3s writes k3s.yaml
              case $file in ./k3s.yaml|./config.yaml.d/10-vfaas.yaml) continue ;; esac
              mkdir -p "/etc/rancher/k3s/${file%/*}"; cp -p "$file" "/etc/rancher/k3s/$file"
            done
            cd "$stage/root/var/lib/rancher/k3s/agent/etc/kubelet.conf.d" 2>/dev/null && find . -type f | while read -r file; do
              case $file in ./10-vfaas.conf) continue ;; esac
              mkdir -p /var/lib/rancher/k3s/agent/etc/kubelet.conf.d; cp -p "$file" "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/$file"
            done
            cd /
            mkdir -p /var/lib/rancher/k3s/agent/images
            for file in "$stage"/root/var/lib/rancher/k3s/agent/images/*; do
              if [ -f "$file" ] && [ ! -e "/var/lib/rancher/k3s/agent/images/${file##*/}" ]; then mv "$file" /var/lib/rancher/k3s/agent/images/; fi
            done
            if [ -f "$stage/data/images.tar" ]; then mv "$stage/data/images.tar" /var/lib/rancher/k3s/agent/images/vfaas-restored.tar; fi
            mkdir -m 700 "$server/db"
            case $4 in
            etcd)
              snapshot=/var/lib/vfaas/restore.snapshot
              mv "$stage/data/etcd-snapshot" "$snapshot"
              timeout 300 k3s server --cluster-reset --cluster-reset-restore-path="$snapshot" > "$stage/log" 2>&1 || {
                code=$?; tail -n 15 "$stage/log" >&2; exit $code; }
              rm -f "$snapshot" ;;
            *) cp -a "$stage"/data/db/. "$server/db/" ;;
            esac
            rm -rf "$stage" "$1"
            """;

    /**
     * $1 the node of this host, $2 yes when other nodes' objects belong to servers that are not this cluster's any more. Prints the nodes that were
     * deleted.
     */
    static final String DROP_NODES = """
            export PATH="$PATH:/usr/local/bin"
            set -e
            gone=" $1 "
            if [ "$2" = yes ]; then
              for node in $(k3s kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'); do
                if [ "$node" = "$1" ]; then continue; fi
                k3s kubectl delete node "$node" --timeout=60s >&2
                gone="$gone$node "
                echo "$node"
              done
              k3s kubectl uncordon "$1" >/dev/null 2>&1 || true
            fi
            # What a backup says of pods is not so any more: those of a controller are made anew, so that what is shown is what is.
            k3s kubectl get pods -A -o 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.nodeName}| {.metadata.ownerReferences[0].kind} {.status.phase}{"\\n"}{end}' \\
              | while read -r space pod node kind phase; do
                case $kind in ReplicaSet|StatefulSet|DaemonSet|Job) ;; *) continue ;; esac
                case $phase in Succeeded|Failed) continue ;; esac
                case $gone in *" ${node%|} "*) k3s kubectl -n "$space" delete pod "$pod" --force --grace-period=0 --wait=false >/dev/null 2>&1 || true ;; esac
              done
            """;

    /**
     * Prints, a line each, what shall run and does not: {@code namespace/name ready/wanted}. A controller that has not begun to work yet still tells how
     * it was when the backup was made; therefore pods are counted too, by namespace. $1: what did not run then, separated by blanks.
     */
    static final String UNREADY = """
            export PATH="$PATH:/usr/local/bin"
            {
              k3s kubectl get deployments,statefulsets -A -o 'jsonpath={range .items[*]}wanted {.metadata.namespace} {.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}{end}' || echo "wanted the API server 1 0"
              k3s kubectl get pods -A -o 'jsonpath={range .items[*]}pod {.metadata.namespace} {.metadata.ownerReferences[0].kind} {.status.conditions[?(@.type=="Ready")].status} {.metadata.deletionTimestamp}{"\\n"}{end}'
            } 2>/dev/null | awk -v before=" $1 " '
              $1 == "wanted" && $4 > 0 && !index(before, " " $2 "/" $3 " ") {
                wanted[$2] += $4
                if ($5 + 0 < $4 + 0) print $2 "/" $3 " " $5 + 0 "/" $4
              }
              $1 == "pod" && ($3 == "ReplicaSet" || $3 == "StatefulSet") && $4 == "True" && NF == 4 { ready[$2]++ }
              END { for (space in wanted) if (ready[space] + 0 < wanted[space]) print space " pods " ready[space] + 0 "/" wanted[space] }'
            """;

    /** Why pods do not run. */
    static final String WHY = """
            export PATH="$PATH:/usr/local/bin"
            k3s kubectl get pods -A --no-headers | grep -v -e ' Running ' -e ' Completed ' | head -n 8
            k3s kubectl get events -A --field-selector type=Warning --sort-by=.lastTimestamp -o custom-columns=O:.involvedObject.name,M:.message --no-headers 2>/dev/null | tail -n 6
            """;

    private RestoreScripts() {}
}
