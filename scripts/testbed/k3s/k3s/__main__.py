"""testbed K3s: real Kubernetes 1.20.2 behind K3s's interface. Its commands: server, agent, kubectl, ctr, crictl, etcd-snapshot, --version."""
import json
import os
import subprocess
import sys

import agent
import config
import datastore
import paths
import server
from children import ENVIRONMENT, log
from version import VERSION


def kubectl(arguments):
    environment = dict(ENVIRONMENT)
    environment.setdefault("KUBECONFIG", paths.KUBECONFIG)
    os.execve(f"{paths.TOOLS}/bin/kubectl", ["kubectl", *arguments], environment)


def ctr(arguments):
    os.execve(f"{paths.TOOLS}/bin/ctr", ["ctr", "--address", paths.SOCKET, "--namespace", "k8s.io", *arguments], ENVIRONMENT)


def crictl(arguments):
    """Only what ctr can answer: images, ps, pull IMAGE, rmi IMAGE."""
    words = {"images": ["images", "list"], "ps": ["containers", "list"], "pull": ["images", "pull"], "rmi": ["images", "remove"]}
    if not arguments or arguments[0] not in words:
        log("the testbed's crictl knows images, ps, pull and rmi", "fatal")
        return 1
    return ctr(words[arguments[0]] + arguments[1:])


def secrets_encrypt(arguments):
    if arguments[:1] != ["status"]:
        log("the testbed's secrets-encrypt knows status", "fatal")
        return 1
    enabled = os.path.exists(server.ENCRYPTION)
    print(f"Encryption Status: {'Enabled' if enabled else 'Disabled'}")
    return 0


def token(arguments):
    log("the testbed has no bootstrap tokens", "fatal")
    return 1


def main(name, arguments):
    if name in ("kubectl", "ctr", "crictl"):
        return {"kubectl": kubectl, "ctr": ctr, "crictl": crictl}[name](arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print("NAME:\n   k3s - testbed K3s: real Kubernetes 1.20.2 behind K3s's interface\n\nCOMMANDS:\n"
              "   server agent kubectl ctr crictl etcd-snapshot secrets-encrypt\n\nVERSION:\n   " + VERSION)
        return 0
    command, rest = arguments[0], arguments[1:]
    if command in ("-v", "--version"):
        print(f"k3s version {VERSION} (testbed0)\ngo version go1.19.8")
        return 0
    commands = {"kubectl": kubectl, "ctr": ctr, "crictl": crictl, "etcd-snapshot": datastore.snapshot, "secrets-encrypt": secrets_encrypt, "token": token}
    if command in commands:
        try:
            return commands[command](rest)
        except subprocess.CalledProcessError as e:
            log(f"{e}: {e.stderr}", "fatal")
            return 1
    if command not in ("server", "agent"):
        log(f"No help topic for '{command}'", "fatal")
        return 3
    if not os.path.isdir(f"{paths.TOOLS}/bin"):
        log(f"the testbed's K3s needs {paths.TOOLS}: run scripts/testbed/prepare-kubernetes before the server is started", "fatal")
        return 1
    try:
        settings = config.load(rest)
    except config.Wrong as e:
        log(str(e), "fatal")
        return 1
    return server.serve(settings, VERSION) if command == "server" else server.join(settings, VERSION)


sys.exit(main(os.path.basename(sys.argv[0]), sys.argv[1:]))
