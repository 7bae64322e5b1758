"""Where K3s keeps things on a server."""
import os

TOOLS = "/opt/k8s"
ETC = "/etc/rancher/k3s"
KUBECONFIG = f"{ETC}/k3s.yaml"
REGISTRIES = f"{ETC}/registries.yaml"
DATA = "/var/lib/rancher/k3s"
SERVER = f"{DATA}/server"
AGENT = f"{DATA}/agent"
TLS = f"{SERVER}/tls"
CRED = f"{SERVER}/cred"
TOKEN = f"{SERVER}/token"
NODE_TOKEN = f"{SERVER}/node-token"
MANIFESTS = f"{SERVER}/manifests"
DB = f"{SERVER}/db"
SNAPSHOTS = f"{DB}/snapshots"
IMAGES = f"{AGENT}/images"
SOCKET = "/run/k3s/containerd/containerd.sock"
SUPERVISOR_PORT = 9345  # K3s multiplexes this with the API on 6443


def write(path, text, mode=0o600):
    """Writes a file whole or not at all."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    new = path + ".new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(text.encode() if isinstance(text, str) else text)
    os.chmod(new, mode)
    os.replace(new, path)


def read(path):
    with open(path) as text:
        return text.read()
