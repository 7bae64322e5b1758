"""The part every node has: containerd, kubelet, kube-proxy and the pods' network."""
import glob
import json
import os
import platform
import subprocess

import yaml

import paths
import registries
from children import OWN_HOME, log, run

KUBELET = f"{paths.AGENT}/kubelet.kubeconfig"
PROXY = f"{paths.AGENT}/kubeproxy.kubeconfig"
CA = f"{paths.AGENT}/client-ca.crt"
NETWORK = f"{paths.AGENT}/etc/cni/net.d"
NATIVE = "v1.20.2+k3s1"


def node_name(settings):
    return (settings.get("node-name") or platform.node()).lower()


def node_address(settings):
    """--node-ip, or the address of the default route."""
    if settings.get("node-ip"):
        return settings["node-ip"][0]
    route = json.loads(run("ip", "-j", "route", "show", "default"))
    for default in route:
        for link in json.loads(run("ip", "-j", "-4", "addr", "show", "dev", default["dev"], "scope", "global")):
            for address in link["addr_info"]:
                return address["local"]
    log("no default routes found in \\\"/proc/net/route\\\" or \\\"/proc/net/ipv6_route\\\"", "fatal")
    os._exit(1)


def program(name, version):
    """A Kubernetes program that tells this version: the name is stamped over the built one, which has as many characters."""
    built = f"{paths.TOOLS}/bin/{name}"
    if version == NATIVE or len(version) != len(NATIVE):
        return built
    stamped = f"{paths.DATA}/data/{version}/{name}"
    if not os.path.exists(stamped):
        with open(built, "rb") as content:
            paths.write(stamped, content.read().replace(NATIVE.encode(), version.encode()), 0o755)
    return stamped


def containerd(children):
    os.makedirs(os.path.dirname(paths.SOCKET), mode=0o711, exist_ok=True)
    paths.write(f"{paths.AGENT}/etc/containerd/config.toml", f'''version = 2
root = "{paths.AGENT}/containerd"
state = "/run/k3s/containerd"
oom_score = 0
[grpc]
  address = "{paths.SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{paths.AGENT}/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.gcr.io/pause:3.2"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "10010"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{paths.TOOLS}/cni"
    conf_dir = "{NETWORK}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{registries.HOSTS}"
{registries.configure()}''')
    os.makedirs(f"{paths.AGENT}/containerd", mode=0o700, exist_ok=True)
    children.start("containerd", "containerd", "-c", f"{paths.AGENT}/etc/containerd/config.toml", output=f"{paths.AGENT}/containerd/containerd.log")
    children.wait("containerd's start", lambda: subprocess.run([*ctr(), "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0)
    subprocess.run([*ctr(), "images", "import", f"{paths.TOOLS}/pause.tar"], check=True, stdout=subprocess.DEVNULL)
    for archive in sorted(glob.glob(f"{paths.IMAGES}/*.tar*")):
        opener = {"gz": ["gzip", "-dc"], "zst": ["zstd", "-dcq"]}.get(archive.rsplit(".", 1)[1], ["cat"])
        with subprocess.Popen([*opener, archive], stdout=subprocess.PIPE) as content:
            imported = subprocess.run([*ctr(), "images", "import", "-"], stdin=content.stdout, stdout=subprocess.DEVNULL).returncode == 0
        log(f"Imported images from {archive}" if imported else f"Unable to import {archive}", "info" if imported else "error")


def ctr():
    return [f"{paths.TOOLS}/bin/ctr", "--address", paths.SOCKET, "--namespace", "k8s.io"]


def kubelet(children, settings, version):
    configuration = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": True}, "x509": {"clientCAFile": CA}},
        "authorization": {"mode": "Webhook"}, "cgroupDriver": "cgroupfs", "clusterDNS": ["10.43.0.10"], "clusterDomain": "cluster.local",
        "enforceNodeAllocatable": [], "evictionHard": {"imagefs.available": "5%", "nodefs.available": "5%"}, "failSwapOn": False,
        "resolvConf": settings.get("resolv-conf", "/etc/resolv.conf"), "syncFrequency": "10s", "nodeStatusUpdateFrequency": "2s",
        "serializeImagePulls": False,
    }
    for drop_in in sorted(glob.glob(f"{paths.AGENT}/etc/kubelet.conf.d/*.conf")):
        configuration.update({key: value for key, value in yaml.safe_load(paths.read(drop_in)).items() if key != "failCgroupV1"})
    paths.write(f"{paths.AGENT}/etc/kubelet.yaml", yaml.safe_dump(configuration))
    arguments = ["--config", f"{paths.AGENT}/etc/kubelet.yaml", "--kubeconfig", KUBELET, "--hostname-override", node_name(settings),
                 "--node-ip", node_address(settings), "--container-runtime=remote", "--container-runtime-endpoint", f"unix://{paths.SOCKET}",
                 "--cert-dir", f"{paths.AGENT}/pki", "--root-dir", "/var/lib/kubelet", "--v=1"]
    if settings.get("node-label"):
        arguments += ["--node-labels", ",".join(settings["node-label"])]
    if settings.get("node-taint"):
        arguments += ["--register-with-taints", ",".join(settings["node-taint"])]
    arguments += ["--" + extra for extra in settings.get("kubelet-arg", []) if "fail-cgroupv1" not in extra]
    children.start("kubelet", program("kubelet", version), *arguments)


def pods(settings):
    """The network of all pods."""
    chosen = settings.get("cluster-cidr") or "10.42.0.0/16"
    return chosen[0] if isinstance(chosen, list) else chosen


def proxy(children, settings):
    children.start("kube-proxy", "kube-proxy", "--kubeconfig", PROXY, "--hostname-override", node_name(settings), f"--cluster-cidr={pods(settings)}",
                   "--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0", "--conntrack-tcp-timeout-close-wait=0", "--v=0")


class Network:
    """The bridge of this node's pods, and routes to the other nodes' (what flannel does with host-gw)."""

    def __init__(self, name):
        self.name = name
        self.routes = {}

    def update(self):
        """Sees to the routes; returns the names of all nodes, or None when they cannot be asked for."""
        listed = subprocess.run([f"{paths.TOOLS}/bin/kubectl", "--kubeconfig", KUBELET, "get", "nodes", "-o", "json", "--request-timeout=5s"],
                                env=OWN_HOME, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if listed.returncode != 0:
            return None
        nodes = json.loads(listed.stdout)["items"]
        for node in nodes:
            pods = node["spec"].get("podCIDR")
            address = next((a["address"] for a in node["status"].get("addresses", []) if a["type"] == "InternalIP"), None)
            if pods and node["metadata"]["name"] == self.name:
                self.bridge(pods)
            elif pods and address and self.routes.get(pods) != address:
                subprocess.run(["ip", "route", "replace", pods, "via", address], check=False)
                self.routes[pods] = address
        return {node["metadata"]["name"] for node in nodes}

    def bridge(self, pods):
        path = f"{NETWORK}/10-testbed.conflist"
        text = json.dumps({"cniVersion": "0.4.0", "name": "cbr0", "plugins": [
            {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": True, "hairpinMode": True,
             "ipam": {"type": "host-local", "ranges": [[{"subnet": pods}]], "routes": [{"dst": "0.0.0.0/0"}]}},
            {"type": "portmap", "capabilities": {"portMappings": True}}]})
        if not os.path.exists(path) or paths.read(path) != text:
            paths.write(path, text)
