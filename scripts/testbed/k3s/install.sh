#!/bin/sh
# The test-bed's installer of its K3s, with the interface of K3s's: the same variables, files, units and scripts.
set -e

fatal() { echo "[ERROR]  $*" >&2; exit 1; }
info() { echo "[INFO]  $*"; }

[ -d /run/systemd/system ] || fatal 'Can not find systemd or openrc to use as a process supervisor for k3s'
SUDO=sudo
[ "$(id -u)" = 0 ] && SUDO=

# what to run: the arguments, INSTALL_K3S_EXEC, or agent when there is a server to join
set -- ${INSTALL_K3S_EXEC:-} "$@"
case "${1:-}" in
  server|agent) command=$1; shift ;;
  ''|-*) if [ -n "${K3S_URL:-}" ]; then command=agent; else command=server; fi ;;
  *) command=$1; shift ;;
esac
if [ "$command" = agent ] && [ -n "${K3S_URL:-}" ] && [ -z "${K3S_TOKEN:-}${K3S_TOKEN_FILE:-}" ]; then fatal "Defaulted k3s exec command to 'agent' because K3S_URL is defined, but K3S_TOKEN or K3S_TOKEN_FILE is not defined."; fi
case "${K3S_URL:-https://}" in https://*) ;; *) fatal "Only https:// URLs are supported for K3S_URL (have $K3S_URL)" ;; esac
arguments=
for word in "$@"; do arguments="$arguments '$word'"; done

name=k3s
[ "$command" = server ] || name=k3s-agent
[ -z "${INSTALL_K3S_NAME:-}" ] || name=k3s-$INSTALL_K3S_NAME
bin=${INSTALL_K3S_BIN_DIR:-/usr/local/bin}
systemd=${INSTALL_K3S_SYSTEMD_DIR:-/etc/systemd/system}
unit=$systemd/$name.service
env=$systemd/$name.service.env
hash_all() { $SUDO sha256sum "$bin/k3s" "$unit" "$env" 2>&1 || true; }
before=$(hash_all)

case "${INSTALL_K3S_SKIP_DOWNLOAD:-false}" in
  true|binary) [ -x "$bin/k3s" ] || fatal "Executable k3s binary not found at $bin/k3s" ;;
  *)
    [ -n "${INSTALL_K3S_VERSION:-}" ] || fatal 'the test-bed has no channels: set INSTALL_K3S_VERSION'
    base=${GITHUB_URL:-https://github.com/k3s-io/k3s/releases}/download/$(echo "$INSTALL_K3S_VERSION" | sed 's/+/%2B/g')
    tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
    info "Downloading hash $base/sha256sum-amd64.txt"
    curl -sfL -o "$tmp/sums" "$base/sha256sum-amd64.txt" || fatal 'Download failed'
    want=$(sed -n 's/^\([0-9a-f]*\)  *k3s$/\1/p' "$tmp/sums")
    if [ -x "$bin/k3s" ] && [ "$(sha256sum "$bin/k3s" | cut -d' ' -f1)" = "$want" ]; then info 'Skipping binary downloaded, installed k3s matches hash'
    else
      info "Downloading binary $base/k3s"
      curl -sfL -o "$tmp/k3s" "$base/k3s" || fatal 'Download failed'
      [ "$(sha256sum "$tmp/k3s" | cut -d' ' -f1)" = "$want" ] || fatal "Download sha256 does not match $want"
      info "Installing k3s to $bin/k3s"
      $SUDO install -m 755 "$tmp/k3s" "$bin/k3s"
    fi ;;
esac

if [ "${INSTALL_K3S_SYMLINK:-}" != skip ]; then
  for link in kubectl crictl ctr; do
    if [ ! -e "$bin/$link" ] && { [ "${INSTALL_K3S_SYMLINK:-}" = force ] || ! command -v $link >/dev/null 2>&1; }; then
      info "Creating $bin/$link symlink to k3s"
      $SUDO ln -sf k3s "$bin/$link"
    fi
  done
fi

uninstall=$name-uninstall.sh
if [ "${INSTALL_K3S_BIN_DIR_READ_ONLY:-}" != true ]; then
  info "Creating killall script $bin/k3s-killall.sh"
  $SUDO tee "$bin/k3s-killall.sh" >/dev/null <<'KILLALL'
#!/bin/sh
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
for service in /etc/systemd/system/k3s*.service; do [ -s "$service" ] && systemctl stop "$(basename "$service")"; done
# the shims of containers, with all that they started
tree() { for child in $(ps -e -o pid= -o ppid= | awk -v p="$1" '$2 == p { print $1 }'); do tree "$child"; done; echo "$1"; }
shims=$(ps -e -o pid= -o args= | awk '/containerd-shim/ && /k3s\/containerd/ && !/awk/ { print $1 }')
for shim in $shims; do kill -9 $(tree "$shim") 2>/dev/null; done
unmount() { awk -v p="$1" 'index($2, p) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r path; do umount -f "$path" 2>/dev/null || umount -l "$path"; done; }
unmount /run/k3s; unmount /var/lib/rancher/k3s; unmount /var/lib/kubelet/pods; unmount /var/lib/kubelet/plugins; unmount /run/netns/cni-
for space in /run/netns/cni-*; do [ -e "$space" ] && ip netns delete "$(basename "$space")"; done
ip route show | awk '$1 ~ /^10\.42\./ { print $1 }' | while read -r route; do ip route delete "$route" 2>/dev/null; done
ip link delete cni0 2>/dev/null
rm -rf /var/lib/cni
for table in iptables ip6tables; do
  $table-save 2>/dev/null | grep -v -e KUBE- -e CNI- | $table-restore 2>/dev/null
done
exit 0
KILLALL
  info "Creating uninstall script $bin/$uninstall"
  { printf '#!/bin/sh\n[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"\n'
    printf 'bin=%s unit=%s env=%s name=%s\n' "$bin" "$unit" "$env" "$name"
    cat <<'UNINSTALL'
"$bin/k3s-killall.sh"
systemctl disable "$name" 2>/dev/null
systemctl reset-failed "$name" 2>/dev/null
rm -f "$unit" "$env"
systemctl daemon-reload
for other in /etc/systemd/system/k3s*.service; do
  if [ -e "$other" ]; then echo 'Additional k3s services installed, skipping uninstall of k3s'; exit 0; fi
done
for link in kubectl crictl ctr; do if [ "$(readlink "$bin/$link")" = k3s ]; then rm -f "$bin/$link"; fi; done
rm -rf /etc/rancher/k3s /run/k3s /run/flannel /var/lib/rancher/k3s /var/lib/kubelet
rmdir /etc/rancher /var/lib/rancher 2>/dev/null
rm -f "$bin/k3s" "$bin/k3s-killall.sh" "$0"
exit 0
UNINSTALL
  } | $SUDO tee "$bin/$uninstall" >/dev/null
  $SUDO chmod 755 "$bin/k3s-killall.sh" "$bin/$uninstall"
fi

info "env: Creating environment file $env"
$SUDO sh -c "umask 077; : >'$env'; chmod 600 '$env'"
env | sed -n -e '/^K3S_/p' -e '/^CONTAINERD_/p' -e '/^[A-Za-z]*_PROXY=/p' -e '/^[a-z]*_proxy=/p' | $SUDO tee "$env" >/dev/null
info "systemd: Creating service file $unit"
$SUDO tee "$unit" >/dev/null <<UNIT
[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target

[Service]
Type=${INSTALL_K3S_TYPE:-notify}
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/sysconfig/%N
EnvironmentFile=-$env
KillMode=process
Delegate=yes
User=root
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=$bin/k3s $command$arguments
UNIT
$SUDO systemctl daemon-reload

if [ "${INSTALL_K3S_SKIP_ENABLE:-}" = true ]; then exit 0; fi
info "systemd: Enabling $name unit"
$SUDO systemctl -q enable "$unit"
if [ "${INSTALL_K3S_SKIP_START:-}" = true ]; then exit 0; fi
if [ "$before" = "$(hash_all)" ] && [ "${INSTALL_K3S_FORCE_RESTART:-}" != true ]; then info 'No change detected so skipping service start'; exit 0; fi
info "systemd: Starting $name"
$SUDO systemctl restart "$name"
