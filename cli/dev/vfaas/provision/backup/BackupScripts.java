package dev.vfaas.provision.backup;

import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.k3s.Datastore;

/** What runs on a server to make a backup of it. */
final class BackupScripts {
    /** Where consistent copies lie until they are sent; root's only. */
    static final String STAGE_FOLDER = HostFolder.STANDARD.path() + "/backup.stage";

    /** K3s is there but does not run as a server that can be asked. */
    static final int NOT_RUNNING = 71;
    /** The host is an agent: the cluster's state is on its servers. */
    static final int AGENT = 72;
    /** The disk has no room for a copy of the images. */
    static final int NO_ROOM = 73;

    /**
     * Collects into $1 what must be copied at one moment, and says in the file {@code facts} what the server is. $2: yes when images are wanted.
     * Images are asked for first: copying the datastore may stop K3s, and its containerd with it.
     */
    static final String STAGE = Datastore.FUNCTIONS + """
            set -e; umask 077
            stage=$1; rm -rf "$stage"; mkdir -p "$stage/data"
            : > "$stage/exclude"
            say() { printf '%s=%s\\n' "$1" "$2" >> "$stage/facts"; }
            warning() { echo "$1" >&2; say warning "$1"; }
            say hostname "$(uname -n)"
            say architecture "$(uname -m)"
            say addresses "$(ip -o addr show scope global | awk '{sub("/.*", "", $4); print $4}' | tr '\\n' ' ')"
            full() { # an image's name as containerd keeps it
              case $1 in
              *@*|*/*:*|*:*) name=$1 ;; *) name=$1:latest ;; esac
              case ${name%%/*} in
              "$name") echo "docker.io/library/$name" ;;
              *.*|*:*|localhost) echo "$name" ;;
              *) echo "docker.io/$name" ;; esac
            }
            images() {
              k3s kubectl get deployments,statefulsets,daemonsets,cronjobs,pods -A -o 'jsonpath={range .items[*]}{.metadata.namespace}{" "}{..image}{"\\n"}{end}' \\
                | while read -r space names; do
                  case $space in kube-system|vfaas) continue ;; esac
                  for name in $names; do full "$name"; done
                done | grep -v '^vfaas.internal/' | sort -u > "$stage/wanted"
              k3s ctr images list -q | sort -u > "$stage/there"
              names=$(comm -12 "$stage/wanted" "$stage/there")
              if [ -z "$names" ]; then return 0; fi
              need=$(du -sk /var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content 2>/dev/null | cut -f1)
              free=$(df -Pk "$stage" | awk 'NR == 2 {print $4}')
              # 512 MiB stay free: a full disk would end pods.
              if [ "${need:-0}" -gt $((free - 524288)) ]; then
                echo "a copy of the images may take $((need / 1024)) MiB below $stage, where $((free / 1024)) MiB are free" >&2; exit 73
              fi
              if ! k3s ctr images export "$stage/data/images.tar" $names 2>"$stage/error"; then
                good=
                for name in $names; do
                  if k3s ctr images export "$stage/data/images.tar" "$name" 2>/dev/null; then good="$good $name"
                  else warning "the image $name is not in the backup: the node does not hold all of it; it must come from its registry"; fi
                  rm -f "$stage/data/images.tar"
                done
                if [ -n "$good" ]; then k3s ctr images export "$stage/data/images.tar" $good; fi
              fi
            }
            if systemctl cat k3s-agent.service >/dev/null 2>&1; then exit 72; fi
            if systemctl cat k3s.service >/dev/null 2>&1; then
              systemctl -q is-active k3s && k3s kubectl get --raw /readyz >/dev/null 2>"$stage/error" || { cat "$stage/error" >&2; exit 71; }
              say k3s "$(k3s --version | sed -n '1s/^k3s version \\([^ ]*\\).*/\\1/p')"
              k3s kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\\n"}{end}' > "$stage/nodes"
              while read -r node addresses; do
                for address in $addresses; do
                  if ip -o addr show | grep -qF " $address/"; then say node "$node"; fi
                done
              done < "$stage/nodes"
              say nodes "$(cut -d' ' -f1 "$stage/nodes" | tr '\\n' ' ')"
              if [ "$(wc -l < "$stage/nodes")" -gt 1 ]; then warning "volumes on the other nodes of the cluster are not in this backup"; fi
              say unready "$(k3s kubectl get deployments,statefulsets -A -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}{end}' \\
                | awk '$2 > 0 && $3 + 0 < $2 + 0 {print $1}' | tr '\\n' ' ')"
              if [ "$2" = yes ]; then images; fi
              if [ -d "$DB/etcd" ]; then
                say datastore etcd
                k3s etcd-snapshot save --name vfaas-backup >&2
                snapshot=$(ls -t "$DB"/snapshots/vfaas-backup-* | head -n 1)
                cp --reflink=auto "$snapshot" "$stage/data/etcd-snapshot"
                k3s etcd-snapshot delete "${snapshot##*/}" >&2 || rm -f "$snapshot"
              else
                say datastore sqlite
                mkdir "$stage/data/db"
                datastore_copy "$stage/data/db"
              fi
            fi
            # SQLite files in volumes, by their first bytes
            for folder in /var/lib/vfaas-gateway /var/lib/rancher/k3s/storage; do
              [ -d "$folder" ] || continue
              find "$folder" -xdev -type f -size +0 \\( -name '*.db' -o -name '*.sqlite' -o -name '*.sqlite3' -o -name '*.db3' \\) > "$stage/databases"
              while read -r file; do
                if [ "$(head -c 15 "$file")" = 'SQLite format 3' ]; then
                  mkdir -p "$stage/root${file%/*}"
                  frozen_copy "$file" "$stage/root$file"
                  for end in '' -wal -shm -journal; do printf '%s\\n' "${file#/}$end" >> "$stage/exclude"; done
                fi
              done < "$stage/databases"
            done
            """;

    /** Sends what {@link #STAGE} collected in $1, and the files it did not have to copy, as a gzipped tar. $2: yes when archives of images are wanted. */
    static final String SEND = """
            export LC_ALL=C
            cd / || exit 1
            stage=$1; images=$2
            list="$stage/list"; : > "$list"
            for path in etc/rancher var/lib/rancher/k3s/server/token var/lib/rancher/k3s/server/agent-token var/lib/rancher/k3s/server/cred \\
              var/lib/rancher/k3s/server/tls var/lib/rancher/k3s/server/manifests var/lib/rancher/k3s/storage \\
              var/lib/rancher/k3s/agent/etc/kubelet.conf.d var/lib/vfaas-gateway var/lib/vfaas/state.json var/lib/vfaas/audit.jsonl; do
              if [ -e "/$path" ]; then echo "$path" >> "$list"; fi
            done
            if [ "$images" = yes ] && [ -d var/lib/rancher/k3s/agent/images ]; then echo var/lib/rancher/k3s/agent/images >> "$list"; fi
            if [ -d "$stage/root" ]; then staged=root; else staged=; fi
            { tar --create --format=gnu --numeric-owner --hard-dereference --sort=name --warning=no-file-changed --warning=no-file-removed \\
                --ignore-failed-read --anchored --no-wildcards --exclude-from="$stage/exclude" \\
                -C "$stage" facts data $staged -C / --files-from="$list"
              echo $? > "$stage/code"; } | gzip -1
            # 1: a file changed while it was read
            [ "$(cat "$stage/code")" -le 1 ]
            """;

    private BackupScripts() {}
}
