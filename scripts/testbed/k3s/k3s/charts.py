"""What K3s's Helm controller does with the chart of Traefik, and nothing of Helm: a HelmChart kube-system/traefik becomes a real Traefik.

The objects are the chart's in what `vfaas up --domain` relies on: values of the HelmChart, then those of the HelmChartConfig; arguments, ports, user,
probes and volume of the chart; a volume claim that stays when the chart goes. Ports 80 and 443 are the pod's own host ports, where K3s has a load
balancer. A value that this does not know is refused, so that a test sees it. Other charts are left alone (scripts/testbed/helm-stand-in)."""
import json
import os
import subprocess

import yaml

import agent
import paths
from children import log

FOLDER = f"{paths.TOOLS}/traefik"
IMAGE = "testbed.internal/traefik:3.0.4"
NAMESPACE = "kube-system"
LABELS = {"app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik-kube-system"}
MADE = "deployment/traefik service/traefik serviceaccount/traefik"
KNOWN = {"persistence": {"enabled", "size", "path"}, "updateStrategy": {"type", "rollingUpdate"}, "additionalArguments": None,
         "deployment": {"podAnnotations"}, "envFrom": None, "volumes": None, "providers": {"kubernetesIngress"}, "logs": {"general"}}
READS = [{"apiGroups": [""], "resources": ["services", "endpoints", "secrets", "nodes"]},
         {"apiGroups": ["networking.k8s.io", "extensions"], "resources": ["ingresses", "ingressclasses"]},
         {"apiGroups": ["traefik.io"], "resources": ["*"]}]


class Wrong(Exception):
    """Values the chart would refuse."""


def merged(values, more):
    """Helm's way: maps are merged, all else is replaced, null takes away."""
    result = dict(values)
    for key, value in more.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def check(values):
    for key, value in values.items():
        if key not in KNOWN:
            raise Wrong(f"values don't meet the specifications of the schema(s): additional properties '{key}' not allowed")
        unknown = set(value) - KNOWN[key] if KNOWN[key] is not None else ()
        if unknown:
            raise Wrong(f"values don't meet the specifications of the schema(s): {key}: additional properties {sorted(unknown)} not allowed")


def objects(values):
    check(values)
    meta = {"name": "traefik", "namespace": NAMESPACE, "labels": LABELS}
    kept = values.get("persistence", {})
    ports = {"web": (8000, 80), "websecure": (8443, 443), "traefik": (8080, None)}
    probe = {"httpGet": {"path": "/ping", "port": 8080}, "initialDelaySeconds": 2, "periodSeconds": 10, "timeoutSeconds": 2}
    volumes = [{"name": "tmp", "emptyDir": {}}, {"name": "data", **({"persistentVolumeClaim": {"claimName": "traefik"}} if kept.get("enabled") else {"emptyDir": {}})}]
    mounts = [{"name": "tmp", "mountPath": "/tmp"}, {"name": "data", "mountPath": kept.get("path", "/data")}]
    for extra in values.get("volumes", []):
        kind = {"configMap": {"configMap": {"name": extra["name"]}}, "secret": {"secret": {"secretName": extra["name"]}}}[extra["type"]]
        volumes.append({"name": extra["name"], **kind})
        mounts.append({"name": extra["name"], "mountPath": extra["mountPath"], "readOnly": True})
    level = values.get("logs", {}).get("general", {}).get("level", "INFO")
    container = {
        "name": "traefik", "image": IMAGE, "imagePullPolicy": "IfNotPresent", "volumeMounts": mounts, "envFrom": values.get("envFrom", []),
        "args": ["--global.checkNewVersion=false", *[f"--entryPoints.{name}.address=:{inner}/tcp" for name, (inner, _) in ports.items()],
                 "--api.dashboard=true", "--ping=true", "--providers.kubernetescrd", "--providers.kubernetescrd.allowEmptyServices=true",
                 "--providers.kubernetesingress", "--providers.kubernetesingress.ingressendpoint.publishedservice=kube-system/traefik",
                 "--entryPoints.websecure.http.tls=true", f"--log.level={level}", *values.get("additionalArguments", [])],
        "ports": [{"name": name, "containerPort": inner, **({"hostPort": outer} if outer else {})} for name, (inner, outer) in ports.items()],
        "readinessProbe": {**probe, "failureThreshold": 1}, "livenessProbe": {**probe, "failureThreshold": 3},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}}
    strategy = values.get("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}})
    pod = {"metadata": {"labels": LABELS, "annotations": values.get("deployment", {}).get("podAnnotations", {})},
           "spec": {"serviceAccountName": "traefik", "terminationGracePeriodSeconds": 60, "containers": [container], "volumes": volumes,
                    "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532}}}
    made = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "traefik-kube-system", "labels": LABELS},
         "rules": [{**rule, "verbs": ["get", "list", "watch"]} for rule in READS]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "traefik-kube-system", "labels": LABELS},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "traefik-kube-system"},
         "subjects": [{"kind": "ServiceAccount", "name": "traefik", "namespace": NAMESPACE}]},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"selector": LABELS, "ports": [
            {"name": name, "port": outer, "targetPort": inner} for name, (inner, outer) in ports.items() if outer]}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {"replicas": 1, "selector": {"matchLabels": LABELS}, "strategy": strategy, "template": pod}}]
    if kept.get("enabled"):
        made.insert(0, {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": kept.get("size", "128Mi")}}}})
    return made


class Charts:
    """Asked every second; acts when the chart or its values changed."""

    def __init__(self, kubectl, wanted):
        self.kubectl = kubectl
        self.wanted = wanted
        self.done = None
        self.there = None

    def update(self):
        if not os.path.isdir(FOLDER) or (self.done == [] and not self.wanted):
            return
        asked = self.kubectl("-n", NAMESPACE, "get", "helmcharts,helmchartconfigs", "-o", "json", check=False)
        if not asked:
            return
        items = [one for one in json.loads(asked)["items"] if one["metadata"]["name"] == "traefik"]
        chart = next((one for one in items if one["kind"] == "HelmChart" and "deletionTimestamp" not in one["metadata"]), None)
        texts = [one["spec"].get("valuesContent", "") for kind in ("HelmChart", "HelmChartConfig") for one in items if chart and one["kind"] == kind]
        if texts == self.done:
            return
        try:
            if texts:
                self.install(texts)
            else:
                self.uninstall()
            self.done = texts
        except (OSError, Wrong, yaml.YAMLError, subprocess.CalledProcessError) as e:
            log(f"helm-install-traefik: {e}".replace('"', "'").replace("\n", "; "), "error")

    def install(self, texts):
        values = {}
        for text in texts:
            values = merged(values, yaml.safe_load(text) or {})
        made = objects(values)
        if not self.there:
            subprocess.run([*agent.ctr(), "images", "import", f"{FOLDER}/traefik.tar"], check=True, stdout=subprocess.DEVNULL)
            self.kubectl("apply", "-f", f"{FOLDER}/crds.yaml")
            self.there = True
        self.kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": made}))
        log("helm-install-traefik: done")

    def uninstall(self):
        """The volume claim stays, as the chart says of it."""
        if not self.kubectl("-n", NAMESPACE, "get", "deployment", "traefik", "--ignore-not-found", "-o", "name"):
            return
        self.kubectl("-n", NAMESPACE, "delete", "--ignore-not-found", "--wait=false", *MADE.split())
        self.kubectl("delete", "--ignore-not-found", "--wait=false", "clusterrole/traefik-kube-system", "clusterrolebinding/traefik-kube-system")
        self.kubectl("delete", "--ignore-not-found", "--wait=false", "-f", f"{FOLDER}/crds.yaml")
        self.there = None
        log("helm-delete-traefik: done")
