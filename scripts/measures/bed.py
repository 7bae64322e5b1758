"""Servers and clusters of the test-bed for scripts/bench: boots them, sets them up with vfaas and speaks with what runs there."""

import json, os, pathlib, re, subprocess, threading, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TESTBED = ROOT / "scripts" / "testbed"
K3S = "v1.20.2+k3s1"
GATEWAY = "http://10.43.0.80:8080"
FUNCTIONS = "openfaas-fn"


def run(command, check=True, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if check and done.returncode:
        raise SystemExit(f"bench: {' '.join(str(word) for word in command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done


def wait_until(ready, seconds, what, pause=0.1):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = ready()
        if value:
            return value
        time.sleep(pause)
    raise SystemExit(f"bench: {what} was not so after {seconds} s")


class Bed:
    """One run of the test-bed. Every server is a fresh one; all of it ends with `close`."""

    def __init__(self, work, vfaas, env):
        self.work, self.vfaas = work, vfaas
        self.run = "bench" + str(os.getpid() % 1000)
        self.env = dict(env, VFAAS_TESTBED_RUN=self.run, VFAAS_TESTBED_OWNER=str(os.getpid()))
        # a person with a home of their own: no known hosts, contexts or kubeconfig of whoever measures
        self.person = dict(self.env, HOME=f"{work}/home")
        for name in ("KUBECONFIG", "SSH_AUTH_SOCK", "XDG_STATE_HOME"):
            self.person.pop(name, None)
        pathlib.Path(self.person["HOME"], ".ssh").mkdir(parents=True, exist_ok=True)
        self.mirror = self.values(TESTBED / "release", "start", K3S)["url"]
        self.set_up("gateway", "image")  # made once for a version of vfaas, not once for a server

    def values(self, *command):
        lines = run(command, env=self.env).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def server(self, name):
        server = self.values(TESTBED / "server", "up", name)
        server["host"] = "root@" + server["address"]
        known = pathlib.Path(self.person["HOME"], ".ssh", "known_hosts")
        with known.open("a") as file:
            file.write(f"{server['address']} {server['hostkey']}\n")
        return server

    def down(self, *names):
        for name in names:
            run([TESTBED / "server", "down", name], env=self.env)

    def set_up(self, *words):
        """vfaas as the person; returns how long it took, and what it told."""
        began = time.monotonic()
        done = run([self.vfaas, *words], env=self.person, cwd=self.work)
        return time.monotonic() - began, done.stdout

    def up(self, server, *more):
        return self.set_up("up", server["host"], "--identity", server["key"], "--k3s", K3S, "--mirror", self.mirror, *more)

    def commands(self, left_out):
        """How many remote commands the newest run on a server began, those during the steps left out not counted."""
        log = max(pathlib.Path(self.person["HOME"], ".local/state/vfaas/runs").glob("*.log"))
        count, counting = 0, True
        for line in log.read_text().splitlines():
            event = re.search(r'"event":"step-(started|done)","step":"([^"]+)"', line)
            if event and event[2] in left_out:
                counting = event[1] == "done"
            elif counting and re.match(r"\S+Z #\d+ (?!exit )", line):
                count += 1
        return count

    def close(self):
        run([TESTBED / "clean"], check=False, env=self.env)


def events(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class Cluster:
    """A server with vfaas's stack. Calls are made in the server's network, where the gateway's address is known."""

    def __init__(self, bed, server):
        self.bed, self.server = bed, server
        self.space = f"vtb-{bed.run}-{server['name']}"
        folder = pathlib.Path(bed.env["XDG_CACHE_HOME"], "vfaas/testbed/runs", bed.run, "servers", server["name"])
        self.kubectl_path = folder / "kubernetes/bin/kubectl"
        self.kubeconfig = f"{bed.work}/{server['name']}.kubeconfig"
        text = self.ssh("cat /etc/rancher/k3s/k3s.yaml")
        pathlib.Path(self.kubeconfig).write_text(re.sub(r"https://127\.0\.0\.1:", f"https://{server['address']}:", text))
        os.chmod(self.kubeconfig, 0o600)
        self.password = self.kubectl("get", "secret", "basic-auth", "-n", "vfaas", "-o", "go-template={{index .data \"basic-auth-password\" | base64decode}}")

    def ssh(self, command, **more):
        return run(["ssh", "-i", self.server["key"], "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.bed.person['HOME']}/.ssh/known_hosts",
                    self.server["host"], command], **more).stdout

    def kubectl_line(self, *words):
        return [str(self.kubectl_path), "--kubeconfig", self.kubeconfig, *words]

    def kubectl(self, *words, **more):
        return run(self.kubectl_line(*words), **more).stdout

    def inside(self, *words):
        return ["ip", "netns", "exec", self.space, *[str(word) for word in words]]

    def api(self, method, path, body=None):
        """Asks the gateway's API; the password goes by standard input."""
        config = f'user = "admin:{self.password}"\nrequest = "{method}"\nurl = "{GATEWAY}{path}"\n'
        if body is not None:
            config += 'header = "Content-Type: application/json"\ndata = ' + json.dumps(json.dumps(body)) + "\n"
        text = run(self.inside("curl", "-sS", "--fail-with-body", "--max-time", "60", "--config", "-"), input=config).stdout
        return json.loads(text) if text.strip().startswith(("{", "[")) else text

    def deploy(self, name, image, **labels):
        self.api("POST", "/system/functions", {"service": name, "image": image, "labels": {f"com.openfaas.scale.{k}": str(v) for k, v in labels.items()}})
        self.await_ready(name, 1)

    def remove(self, *names):
        for name in names:
            self.api("DELETE", "/system/functions", {"functionName": name})
        wait_until(lambda: not any(self.pods(name) for name in names), 180, f"{', '.join(names)} gone", 0.5)

    def scale(self, name, replicas):
        self.api("POST", f"/system/scale-function/{name}", {"serviceName": name, "replicas": replicas})

    def await_ready(self, name, replicas, seconds=180):
        wait_until(lambda: self.api("GET", f"/system/function/{name}").get("availableReplicas") == replicas, seconds, f"{replicas} replicas of {name}", 0.2)

    def pods(self, name, label="faas_function"):
        return self.kubectl("get", "pods", "-n", FUNCTIONS, "-l", f"{label}={name}", "-o", "name").split()

    def twin(self, name):
        """A Deployment with the same pods that is no function; returns its name."""
        twin = name + "-twin"
        spec = json.loads(self.kubectl("get", "deployment", name, "-n", FUNCTIONS, "-o", "json"))["spec"]
        spec.update(selector={"matchLabels": {"twin": twin}}, replicas=1)
        spec["template"]["metadata"] = {"labels": {"twin": twin}}
        for spread in spec["template"]["spec"].get("topologySpreadConstraints", ()):
            spread["labelSelector"] = spec["selector"]
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": twin, "namespace": FUNCTIONS}, "spec": spec}
        self.kubectl("apply", "-f", "-", input=json.dumps(deployment))
        wait_until(lambda: self.kubectl("get", "deployment", twin, "-n", FUNCTIONS, "-o", "jsonpath={.status.readyReplicas}") == "1", 120, f"{twin} ready", 0.3)
        return twin

    def empty(self, name):
        """Scales to none and waits until no pod is left, so that both ways of scaling begin alike."""
        self.scale(name, 0)
        wait_until(lambda: not self.pods(name), 120, f"no pod of {name}", 0.3)
        time.sleep(1)

    def call(self, name):
        """Calls a function; returns the seconds until its whole answer was here, curl's own start included as kubectl's is."""
        began = time.monotonic()
        run(self.inside("curl", "-sS", "-o", "/dev/null", "--fail", "--max-time", "120", f"{GATEWAY}/function/{name}"))
        return time.monotonic() - began

    def import_image(self, name, folder, *entrypoint):
        archive = f"{self.bed.work}/image.tar"
        run([TESTBED / "image-archive", name, folder, archive, *entrypoint])
        with open(archive, "rb") as content:
            subprocess.run(["ssh", "-i", self.server["key"], "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.bed.person['HOME']}/.ssh/known_hosts",
                            self.server["host"], "cat >/tmp/image.tar && k3s ctr images import /tmp/image.tar && rm /tmp/image.tar"],
                           stdin=content, check=True, capture_output=True)

    def gateway_process(self):
        """The gateway's process as this machine sees it: its id, MiB resident and the second since boot at which it began."""
        uids = self.kubectl("get", "pods", "-n", "vfaas", "-l", "app=gateway", "--field-selector=status.phase=Running", "-o",
                            "jsonpath={range .items[*]}{.metadata.uid}{\"\\n\"}{end}").split()
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and any(uid in (entry / "cgroup").read_text() for uid in uids) and b"GatewayMain" in (entry / "cmdline").read_bytes():
                    resident = int(re.search(r"VmRSS:\s+(\d+)", (entry / "status").read_text())[1]) / 1024
                    began = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
                    return int(entry.name), resident, began
            except OSError:
                pass
        return None

    def gateway_address(self):
        return self.kubectl("get", "pods", "-n", "vfaas", "-l", "app=gateway", "-o", "jsonpath={.items[0].status.podIP}")


class ReadyWatch:
    """How many replicas of a Deployment Kubernetes calls ready, and since when, as kubectl's own watch tells it."""

    def __init__(self, cluster, name):
        self.seen = []
        line = cluster.kubectl_line("get", "deployment", name, "-n", FUNCTIONS, "-w", "-o", "jsonpath={.status.readyReplicas}{\"\\n\"}")
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        wait_until(lambda: self.seen, 20, "kubectl's watch begun", 0.02)

    def read(self):
        for line in self.process.stdout:
            self.seen.append((time.monotonic(), int(line.strip() or 0)))

    def until(self, replicas, began, seconds):
        """Seconds from `began` until so many were ready."""
        return wait_until(lambda: next((at - began for at, ready in list(self.seen) if at > began and ready >= replicas), None), seconds,
                          f"{replicas} ready replicas", 0.005)

    def close(self):
        self.process.terminate()
        self.process.wait()
