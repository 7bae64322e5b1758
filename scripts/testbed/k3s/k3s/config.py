"""K3s's configuration: config.yaml, config.yaml.d/*.yaml (the later wins, `key+` appends), then flags; K3S_* below them."""
import glob
import os

import yaml

import paths

FLAGS = set("""cluster-init cluster-reset secrets-encryption prefer-bundled-bin disable-agent embedded-registry with-node-id debug
    protect-kernel-defaults disable-network-policy disable-cloud-controller disable-helm-controller disable-kube-proxy flannel-external-ip
    etcd-disable-snapshots etcd-expose-metrics selinux flannel-ipv6-masq disable-default-registry-endpoint disable-apiserver-lb""".split())
LISTS = set("""tls-san node-label node-taint disable kubelet-arg kube-apiserver-arg kube-controller-manager-arg kube-scheduler-arg kube-proxy-arg
    cluster-cidr service-cidr cluster-dns node-ip node-external-ip etcd-arg kube-cloud-controller-manager-arg""".split())
TEXTS = set("""token token-file agent-token agent-token-file server node-name data-dir bind-address advertise-address https-listen-port write-kubeconfig write-kubeconfig-mode
    write-kubeconfig-group cluster-reset-restore-path etcd-snapshot-schedule-cron etcd-snapshot-retention etcd-snapshot-dir etcd-snapshot-name
    flannel-backend flannel-iface private-registry resolv-conf system-default-registry config cluster-domain service-node-port-range pause-image snapshotter
    kine-tls datastore-endpoint log v secrets-encryption-provider etcd-snapshot-compress lb-server-port airgap-extra-registry helm-job-image
    supervisor-metrics container-runtime-endpoint image-service-endpoint default-local-storage-path egress-selector-mode""".split())


class Wrong(Exception):
    """The configuration cannot be used; K3s ends at once then."""


def as_list(value):
    if value is None:
        return []
    values = value if isinstance(value, list) else str(value).split(",")
    return [str(one) for one in values]


def load(arguments):
    """A dictionary of flag names to text, True/False or list of text."""
    settings = {}
    for variable, key in (("K3S_TOKEN", "token"), ("K3S_TOKEN_FILE", "token-file"), ("K3S_URL", "server"), ("K3S_NODE_NAME", "node-name"),
                          ("K3S_CLUSTER_INIT", "cluster-init"), ("K3S_KUBECONFIG_MODE", "write-kubeconfig-mode")):
        if os.environ.get(variable):
            settings[key] = os.environ[variable]
    first = os.environ.get("K3S_CONFIG_FILE", f"{paths.ETC}/config.yaml")
    for path in [first, *sorted(glob.glob(first + ".d/*.yaml"))]:
        if os.path.exists(path):
            merge(settings, path)
    from_flags(settings, arguments)
    if "token-file" in settings and "token" not in settings:
        settings["token"] = paths.read(settings["token-file"]).strip()
    return settings


def merge(settings, path):
    try:
        content = yaml.safe_load(paths.read(path)) or {}
    except yaml.YAMLError as e:
        raise Wrong(f"failed to parse {path}: {e}") from e
    if not isinstance(content, dict):
        raise Wrong(f"failed to parse {path}: it is no mapping")
    for key, value in content.items():
        append = key.endswith("+")
        name = key.rstrip("+")
        check(name)
        if name in LISTS:
            value = as_list(value)
            settings[name] = settings.get(name, []) + value if append else value
        else:
            settings[name] = truth(value) if name in FLAGS else str(value)


def from_flags(settings, arguments):
    given = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            raise Wrong(f"unexpected argument: {word}")
        name, equals, value = word.lstrip("-").partition("=")
        check(name)
        if name in FLAGS:
            settings[name] = truth(value) if equals else True
            continue
        if not equals:
            if not rest:
                raise Wrong(f"flag needs an argument: -{name}")
            value = rest.pop(0)
        if name in LISTS:
            given.setdefault(name, []).extend(as_list(value))
        else:
            settings[name] = value
    settings.update(given)


def check(name):
    if name not in FLAGS | LISTS | TEXTS:
        raise Wrong(f"flag provided but not defined: -{name}")


def truth(value):
    return str(value).lower() in ("true", "1", "yes")
