"""k3s server: etcd, the control plane, and this node's agent, started in order."""
import base64
import json
import os
import secrets
import shutil
import sys
import time

import addons
import agent
import certificates
import datastore
import paths
import supervisor
from children import Children, log, notify, run

LOCAL = "https://127.0.0.1:6443"
ENCRYPTION = f"{paths.TLS}/encryption-config.json"
ADMIN = f"{paths.CRED}/admin.kubeconfig"


def password_of(token):
    """K10HASH::server:PASSWORD or a password alone."""
    return token.rsplit(":", 1)[-1]


def token(settings):
    """The cluster's password: configured, kept from an earlier start, or new."""
    kept = password_of(paths.read(paths.TOKEN).strip()) if os.path.exists(paths.TOKEN) else None
    given = password_of(settings["token"]) if settings.get("token") else None
    if given and kept and given != kept:
        log("failed to normalize server token; must be one of: the token that this server was started with", "fatal")
        sys.exit(1)
    return given or kept or secrets.token_hex(16)


def reset(settings):
    snapshot = settings.get("cluster-reset-restore-path")
    if snapshot and not os.path.exists(snapshot):
        log(f"etcd: snapshot path does not exist: {snapshot}", "fatal")
        return 1
    os.makedirs(paths.SERVER, mode=0o700, exist_ok=True)
    datastore.restore(snapshot, agent.node_name(settings), agent.node_address(settings))
    if not os.path.exists(paths.TOKEN) and settings.get("token"):
        paths.write(paths.TOKEN, settings["token"] + "\n")
    return 0


def serve(settings, version):
    if settings.get("cluster-reset"):
        return reset(settings)
    log(f"Starting k3s {version} (testbed K3s: real Kubernetes 1.20.2 behind K3s's interface)")
    os.makedirs(paths.SERVER, mode=0o700, exist_ok=True)
    children = Children()
    node, address = agent.node_name(settings), agent.node_address(settings)
    joined = None
    if not os.path.exists(paths.TOKEN) and not settings.get("server"):
        agent.Network(node).bridge(agent.pods(settings).replace("/16", "/24"))  # what the first node of a new cluster gets; a node with a network is ready sooner
    password = token(settings)
    if settings.get("server") and not os.path.exists(datastore.ETCD):
        bundle = supervisor.fetch(settings["server"], settings.get("token", ""), "server", node, address, children)
        joined = bundle["members"]
        password = password_of(settings["token"])
    datastore.start(children, settings, node, address, joined)
    if not datastore.bootstrap(password):
        log("bootstrap data already found and encrypted with different token", "fatal")
        children.end(1)
    encryption(settings)
    datastore.save_bootstrap(password)
    full = f"K10{certificates.digest()}::server:{password}\n"
    paths.write(paths.TOKEN, full)
    if not os.path.islink(paths.NODE_TOKEN):
        os.symlink(paths.TOKEN, paths.NODE_TOKEN)
    credentials(settings, node, address)
    control_plane(children, settings, address, version)
    supervisor.listen(password)
    if not settings.get("disable-agent"):
        start_agent(children, settings, version)
    notify("READY=1")
    log("k3s is up and running")
    network, applied = agent.Network(node), addons.Addons(settings, node, version)
    known = set()
    while True:
        children.check()
        names = network.update()
        if names is not None:
            datastore.forget(known - names)
            known = names
        applied.update()
        time.sleep(1)


def encryption(settings):
    if settings.get("secrets-encryption") and not os.path.exists(ENCRYPTION):
        key = base64.b64encode(os.urandom(32)).decode()
        paths.write(ENCRYPTION, json.dumps({"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1", "resources": [
            {"resources": ["secrets"], "providers": [{"aescbc": {"keys": [{"name": "aescbckey", "secret": key}]}}, {"identity": {}}]}]}))


def credentials(settings, node, address):
    names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", node,
             "127.0.0.1", "10.43.0.1", address, *settings.get("tls-san", [])]
    entries = dict.fromkeys(("IP:" if name.replace(".", "").isdigit() or ":" in name else "DNS:") + name for name in names)
    certificates.sign("serving-kube-apiserver", "/CN=kube-apiserver", list(entries))
    certificates.sign("client-kube-apiserver", "/O=system:masters/CN=kube-apiserver")
    admin = certificates.kubeconfig("client-admin", "/O=system:masters/CN=system:admin", LOCAL)
    paths.write(ADMIN, admin)
    mode = int(settings.get("write-kubeconfig-mode") or "600", 8)
    paths.write(settings.get("write-kubeconfig") or paths.KUBECONFIG, admin, mode)
    for name in ("controller-manager", "scheduler"):
        paths.write(f"{paths.CRED}/{name}.kubeconfig", certificates.kubeconfig(f"client-{name}", f"/CN=system:kube-{name}", LOCAL))
    paths.write(agent.KUBELET, certificates.kubeconfig("client-kubelet", f"/O=system:nodes/CN=system:node:{node}", LOCAL))
    paths.write(agent.PROXY, certificates.kubeconfig("client-kube-proxy", "/CN=system:kube-proxy", LOCAL))
    shutil.copy(certificates.CA, agent.CA)


def control_plane(children, settings, address, version):
    tls = paths.TLS
    arguments = [
        f"--advertise-address={address}", "--secure-port=6443", "--insecure-port=0", "--allow-privileged=true", "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction", f"--client-ca-file={certificates.CA}", f"--etcd-servers={datastore.CLIENT}",
        f"--tls-cert-file={tls}/serving-kube-apiserver.crt", f"--tls-private-key-file={tls}/serving-kube-apiserver.key",
        f"--kubelet-client-certificate={tls}/client-kube-apiserver.crt", f"--kubelet-client-key={tls}/client-kube-apiserver.key",
        "--kubelet-preferred-address-types=InternalIP", "--service-cluster-ip-range=10.43.0.0/16", "--api-audiences=https://kubernetes.default.svc",
        "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={certificates.SERVICE_KEY}",
        f"--service-account-signing-key-file={certificates.SERVICE_KEY}", f"--requestheader-client-ca-file={certificates.CA}",
        "--endpoint-reconciler-type=lease", "--enable-aggregator-routing=true", "--profiling=false"]
    if os.path.exists(ENCRYPTION):
        arguments.append(f"--encryption-provider-config={ENCRYPTION}")
    arguments += ["--" + extra for extra in settings.get("kube-apiserver-arg", [])]
    children.start("kube-apiserver", agent.program("kube-apiserver", version), *arguments)
    children.wait("the API server's start", lambda: addons.kubectl("get", "--raw", "/readyz", check=False) == "ok")
    # alone, as K3s with SQLite is, they must not end because the API server does not answer for a while
    elects = f"--leader-elect={str(bool(settings.get('cluster-init') or settings.get('server'))).lower()}"
    children.start("kube-controller-manager", "kube-controller-manager", elects, f"--kubeconfig={paths.CRED}/controller-manager.kubeconfig",
                   f"--authentication-kubeconfig={paths.CRED}/controller-manager.kubeconfig", f"--authorization-kubeconfig={paths.CRED}/controller-manager.kubeconfig",
                   f"--service-account-private-key-file={certificates.SERVICE_KEY}", f"--root-ca-file={certificates.CA}", "--use-service-account-credentials=true",
                   "--allocate-node-cidrs=true", f"--cluster-cidr={agent.pods(settings)}", f"--cluster-signing-cert-file={certificates.CA}",
                   f"--cluster-signing-key-file={certificates.CA_KEY}", "--bind-address=127.0.0.1", "--port=0", "--node-monitor-grace-period=20s",
                   *["--" + extra for extra in settings.get("kube-controller-manager-arg", [])])
    children.start("kube-scheduler", "kube-scheduler", elects, f"--kubeconfig={paths.CRED}/scheduler.kubeconfig", "--bind-address=127.0.0.1", "--port=0",
                   f"--authentication-kubeconfig={paths.CRED}/scheduler.kubeconfig", f"--authorization-kubeconfig={paths.CRED}/scheduler.kubeconfig",
                   *["--" + extra for extra in settings.get("kube-scheduler-arg", [])])


def start_agent(children, settings, version):
    agent.containerd(children)
    agent.kubelet(children, settings, version)
    agent.proxy(children, settings)


def join(settings, version):
    """k3s agent."""
    if not settings.get("server"):
        log("--server is required", "fatal")
        return 1
    if not settings.get("token"):
        log("--token is required", "fatal")
        return 1
    log(f"Starting k3s agent {version} (testbed K3s: real Kubernetes 1.20.2 behind K3s's interface)")
    children = Children()
    node, address = agent.node_name(settings), agent.node_address(settings)
    bundle = supervisor.fetch(settings["server"], settings["token"], "agent", node, address, children)
    paths.write(agent.CA, bundle["ca"])
    paths.write(agent.KUBELET, bundle["kubelet"])
    paths.write(agent.PROXY, bundle["proxy"])
    start_agent(children, settings, version)
    children.wait("the kubelet's start", lambda: run("curl", "-s", "-m", "2", "http://127.0.0.1:10248/healthz", check=False) == "ok")
    notify("READY=1")
    network = agent.Network(node)
    while True:
        children.check()
        network.update()
        time.sleep(1)
