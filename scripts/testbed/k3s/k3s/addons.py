"""What the server keeps true in the cluster: manifests of its folder, the node's role, volumes of the class local-path."""
import hashlib
import json
import os
import pkgutil
import shutil
import subprocess

import charts
import paths
from children import OWN_HOME, log

ADMIN = f"{paths.CRED}/admin.kubeconfig"
PACKAGED = {"testbed-crds": None, "coredns": "coredns", "local-storage": "local-storage", "traefik": "traefik"}


def kubectl(*arguments, input=None, check=True):
    done = subprocess.run([f"{paths.TOOLS}/bin/kubectl", "--kubeconfig", ADMIN, "--request-timeout=20s", *arguments], env=OWN_HOME, input=input,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if check and done.returncode != 0:
        raise OSError(done.stderr.strip())
    return done.stdout if done.returncode == 0 else ""


class Addons:
    """Asked every second; each change is applied once."""

    def __init__(self, settings, node, version):
        self.node = node
        self.labelled = False
        self.etcd = bool(settings.get("cluster-init") or settings.get("server"))
        self.applied = {}
        self.disabled = settings.get("disable", [])
        self.charts = charts.Charts(kubectl, "traefik" not in self.disabled)
        for name, switch in PACKAGED.items():
            target = f"{paths.MANIFESTS}/{name}.yaml"
            if switch in self.disabled:
                if os.path.exists(target):
                    kubectl("delete", "--ignore-not-found", "--wait=false", "-f", target, check=False)
                    os.remove(target)
            else:
                paths.write(target, pkgutil.get_data("manifests", f"{name}.yaml"))

    def update(self):
        self.manifests()
        if not self.labelled:
            roles = ["node-role.kubernetes.io/master=true", "node-role.kubernetes.io/control-plane=true"]
            roles += ["node-role.kubernetes.io/etcd=true"] if self.etcd else []
            self.labelled = bool(kubectl("label", "--overwrite", "node", self.node, *roles, check=False))
        if "local-storage" not in self.disabled:
            self.volumes()
        self.charts.update()

    def manifests(self):
        for folder, _, names in sorted(os.walk(paths.MANIFESTS)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if not name.endswith((".yaml", ".yml", ".json")) or os.path.exists(path + ".skip"):
                    continue
                content = paths.read(path)
                digest = hashlib.sha256(content.encode()).hexdigest()
                if self.applied.get(path) == digest:
                    continue
                try:
                    kubectl("apply", "-f", path)
                    self.applied[path] = digest
                    log(f"Applied manifest at {path}")
                except OSError as e:
                    log(f"Failed to process {path}: {e}".replace('"', "'").replace("\n", "; "), "error")

    def volumes(self):
        """local-path: a folder of the node that the pod was scheduled to; it goes with its claim."""
        listed = kubectl("get", "pvc,pv", "-A", "-o", "json", check=False)
        for claim in json.loads(listed)["items"] if listed else []:
            meta, spec = claim["metadata"], claim["spec"]
            if claim["kind"] == "PersistentVolume":
                if claim["status"].get("phase") == "Released" and meta.get("annotations", {}).get("pv.kubernetes.io/provisioned-by") == "rancher.io/local-path":
                    shutil.rmtree(spec["hostPath"]["path"], ignore_errors=True)
                    kubectl("delete", "pv", meta["name"], "--wait=false", check=False)
                continue
            node = meta.get("annotations", {}).get("volume.kubernetes.io/selected-node")
            if claim["status"].get("phase") != "Pending" or spec.get("storageClassName") != "local-path" or not node:
                continue
            name = "pvc-" + meta["uid"]
            path = f"{paths.DATA}/storage/{name}_{meta['namespace']}_{meta['name']}"
            if node == self.node:  # whoever the pod runs as may write
                os.makedirs(path, exist_ok=True)
                os.chmod(path, 0o777)
            kubectl("apply", "-f", "-", check=False, input=json.dumps({
                "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": "rancher.io/local-path"}},
                "spec": {"capacity": spec["resources"]["requests"], "accessModes": spec["accessModes"], "storageClassName": "local-path",
                         "persistentVolumeReclaimPolicy": "Delete", "hostPath": {"path": path, "type": "DirectoryOrCreate"},
                         "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": meta["namespace"], "name": meta["name"], "uid": meta["uid"]},
                         "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
                             {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]}}}}))
