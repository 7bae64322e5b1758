"""etcd: the cluster's state, its snapshots, and the authority's keys in it, encrypted with the token."""
import base64
import io
import json
import os
import shutil
import subprocess
import tarfile
import time

import certificates
import paths
from children import ENVIRONMENT, log, run

CLIENT = "http://127.0.0.1:2379"
BOOTSTRAP = "/bootstrap/testbed"
ETCD = f"{paths.DB}/etcd"
ALONE = f"{paths.DB}/alone"  # stands for K3s's SQLite: no snapshots, no members


def folder(settings):
    """Where etcd's data lies; asking for a cluster converts a lone server's."""
    if settings.get("cluster-init") or settings.get("server") or os.path.exists(ETCD):
        if os.path.exists(ALONE) and not os.path.exists(ETCD):
            os.rename(ALONE, ETCD)
        return ETCD
    return ALONE


def start(children, settings, node, address, joined):
    data = folder(settings)
    os.makedirs(paths.DB, mode=0o700, exist_ok=True)
    peer = f"http://{address}:2380" if data == ETCD else "http://127.0.0.1:2380"
    arguments = ["--name", node, "--data-dir", data, "--listen-client-urls", CLIENT, "--advertise-client-urls", CLIENT,
                 "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--unsafe-no-fsync", "--log-level", "warn"]
    if joined:
        arguments += ["--initial-cluster-state", "existing", "--initial-cluster", joined]
    else:
        arguments += ["--initial-cluster", f"{node}={peer}"]
    children.start("etcd", "etcd", *arguments)
    children.wait("etcd's start", lambda: subprocess.run([f"{paths.TOOLS}/bin/etcdctl", "--endpoints", CLIENT, "endpoint", "health"],
                                                         env=client(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0)


def client():
    return {**ENVIRONMENT, "ETCDCTL_API": "3"}


def etcdctl(*arguments):
    return subprocess.run([f"{paths.TOOLS}/bin/etcdctl", "--endpoints", CLIENT, *arguments], env=client(), check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def add_member(node, address):
    """Lets a server in; the list of members as etcd's --initial-cluster wants it."""
    peer = f"http://{address}:2380"
    members = json.loads(etcdctl("member", "list", "-w", "json"))["members"]
    for member in members:
        if peer in member["peerURLs"] and member.get("name") != node:
            etcdctl("member", "remove", format(member["ID"], "x"))
    if not any(member.get("name") == node for member in members):
        etcdctl("member", "add", node, "--peer-urls", peer)
    members = json.loads(etcdctl("member", "list", "-w", "json"))["members"]
    return ",".join(f"{member.get('name') or node}={member['peerURLs'][0]}" for member in members)


def forget(nodes):
    """A node that was deleted is no member any more, as K3s's controller sees to."""
    for member in json.loads(etcdctl("member", "list", "-w", "json"))["members"] if nodes and os.path.exists(ETCD) else []:
        if member.get("name") in nodes:
            try:
                etcdctl("member", "remove", format(member["ID"], "x"))
                log(f"Removed etcd member {member['name']}")
            except subprocess.CalledProcessError as e:
                log(f"Failed to remove etcd member: {e.stderr}".replace('"', "'").replace("\n", "; "), "error")


def bootstrap(password):
    """Reads the authority out of the datastore, or puts it there. False when the token does not open it."""
    stored = json.loads(etcdctl("get", BOOTSTRAP, "-w", "json")).get("kvs")
    if not stored:
        certificates.authority()
        save_bootstrap(password)
        return True
    coded = base64.b64decode(stored[0]["value"]).decode()
    opened = subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-a", "-A", "-pass", "env:PASSWORD"], input=coded.encode(),
                            env={**ENVIRONMENT, "PASSWORD": password}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if opened.returncode != 0:
        return False
    try:
        with tarfile.open(fileobj=io.BytesIO(opened.stdout)) as tar:
            os.makedirs(paths.TLS, mode=0o700, exist_ok=True)
            tar.extractall(paths.TLS)
    except tarfile.TarError:
        return False
    return True


def save_bootstrap(password):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in certificates.KEPT:
            if os.path.exists(f"{paths.TLS}/{name}"):
                tar.add(f"{paths.TLS}/{name}", name)
    coded = subprocess.run(["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-a", "-A", "-pass", "env:PASSWORD"], input=out.getvalue(),
                           env={**ENVIRONMENT, "PASSWORD": password}, check=True, stdout=subprocess.PIPE).stdout.decode()
    etcdctl("put", BOOTSTRAP, coded)


def restore(snapshot, node, address):
    """--cluster-reset: a new cluster of one member, from a snapshot when one is named. The old data is kept beside it, as K3s does."""
    old = None
    if os.path.exists(ETCD):
        old = f"{ETCD}-old-{int(time.time())}"
        os.rename(ETCD, old)
    source = snapshot or f"{old}/member/snap/db"
    if not os.path.exists(source):
        raise FileNotFoundError(source)
    peer = f"http://{address}:2380"
    os.makedirs(paths.DB, mode=0o700, exist_ok=True)
    subprocess.run([f"{paths.TOOLS}/bin/etcdctl", "snapshot", "restore", source, "--name", node, "--data-dir", ETCD, "--initial-cluster", f"{node}={peer}",
                    "--initial-advertise-peer-urls", peer, *([] if snapshot else ["--skip-hash-check"])], env=client(), check=True)
    if snapshot:
        shutil.rmtree(paths.TLS, ignore_errors=True)  # the authority comes out of the snapshot
    log("Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. Backup and delete ${datadir}/server/db on each peer etcd server and rejoin the nodes")


def snapshot(arguments):
    """k3s etcd-snapshot save|ls|delete."""
    action, rest = (arguments or ["save"])[0], (arguments or ["save"])[1:]
    options, names = {}, []
    while rest:
        word = rest.pop(0)
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            options[name] = value if equals else rest.pop(0)
        else:
            names.append(word)
    where = options.get("etcd-snapshot-dir") or options.get("dir") or paths.SNAPSHOTS
    if not os.path.exists(ETCD):
        log("Error: etcd datastore is not configured: etcd datastore disabled", "fatal")
        return 1
    if action == "save":
        os.makedirs(where, mode=0o700, exist_ok=True)
        name = f"{options.get('name', 'on-demand')}-{os.uname().nodename}-{int(time.time())}"
        etcdctl("snapshot", "save", f"{where}/{name}")
        os.chmod(f"{where}/{name}", 0o600)
        log(f"Snapshot {name} saved.")
    elif action in ("ls", "list"):
        print("Name Location Size Created")
        for name in sorted(os.listdir(where) if os.path.isdir(where) else []):
            status = os.stat(f"{where}/{name}")
            print(name, f"file://{where}/{name}", status.st_size, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(status.st_mtime)))
    elif action == "delete":
        for name in names:
            os.remove(f"{where}/{os.path.basename(name)}")
            log(f"Snapshot {name} deleted.")
    else:
        log(f"No help topic for '{action}'", "fatal")
        return 1
    return 0
