"""One authority, and what it signs, by openssl."""
import base64
import hashlib
import os
import subprocess

import paths
from children import run

CA = f"{paths.TLS}/server-ca.crt"
CA_KEY = f"{paths.TLS}/server-ca.key"
SERVICE_KEY = f"{paths.TLS}/service.key"
KEPT = ("server-ca.crt", "server-ca.key", "service.key", "encryption-config.json")  # what all servers of a cluster share


def authority():
    os.makedirs(paths.TLS, mode=0o700, exist_ok=True)
    if not os.path.exists(CA):
        key(CA_KEY)
        key(SERVICE_KEY)
        run("openssl", "req", "-x509", "-new", "-key", CA_KEY, "-subj", "/CN=k3s-server-ca", "-days", "3650", "-out", CA)


def key(path):
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
    os.chmod(path, 0o600)


def digest():
    """The CA's hash as it stands in a token."""
    with open(CA, "rb") as certificate:
        return hashlib.sha256(certificate.read()).hexdigest()


def sign(name, subject, names=()):
    """Makes TLS/NAME.key and .crt; `names` are DNS:… and IP:… entries."""
    base = f"{paths.TLS}/{name}"
    if not os.path.exists(base + ".key"):
        key(base + ".key")
    extensions = "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n"
    if names:
        extensions += "subjectAltName=" + ",".join(names) + "\n"
    paths.write(base + ".ext", extensions)
    request = run("openssl", "req", "-new", "-key", base + ".key", "-subj", subject)
    subprocess.run(["openssl", "x509", "-req", "-CA", CA, "-CAkey", CA_KEY, "-set_serial", "0x" + os.urandom(8).hex(), "-days", "365",
                    "-extfile", base + ".ext", "-out", base + ".crt"], input=request, text=True, check=True, stderr=subprocess.DEVNULL)
    os.remove(base + ".ext")
    return base + ".crt", base + ".key"


def kubeconfig(name, subject, server):
    """A kubeconfig of a fresh identity, as text."""
    certificate, private = sign(name, subject)
    return render(server, paths.read(CA), paths.read(certificate), paths.read(private))


def render(server, ca, certificate, private):
    def coded(text):
        return base64.b64encode(text.encode()).decode()
    return f"""apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {coded(ca)}
    server: {server}
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {{}}
users:
- name: default
  user:
    client-certificate-data: {coded(certificate)}
    client-key-data: {coded(private)}
"""
