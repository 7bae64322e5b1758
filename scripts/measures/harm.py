"""The measures of scripts/bench that do harm while functions are called: pods, the gateway and the function itself come and go."""

import calendar, json, os, pathlib, random, select, shutil, signal, subprocess, sys, threading, time

from bed import FUNCTIONS, GATEWAY, K3S, run, wait_until

LOAD = pathlib.Path(__file__).resolve().parent / "load.py"
HANDLER = """package function

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

func Handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if wait, err := time.ParseDuration(r.URL.Query().Get("wait")); err == nil {
		time.Sleep(wait)
	}
	fmt.Fprintf(w, "version %d\\n%%s", body)
}
"""
FUNCTION = """  {name}:
    lang: go
    handler: ./{name}
    image: {name}:latest
    labels:
      com.openfaas.scale.min: "3"
      com.openfaas.scale.max: "3"
    annotations:
      dev.vfaas.idempotent: "{repeated}"
"""
# `steady` loses its pods as Kubernetes takes them away; those of `hardy` are killed too, so its calls must be such as may be repeated, and their answers so
# short that they are sent at once: nobody can mend an answer that is cut in the middle
CALLERS = [
    {"name": "get", "function": "steady", "method": "GET", "pause": 0.03, "count": 2},
    {"name": "slow get", "function": "steady", "method": "GET", "path": "/?wait=600ms", "pause": 0.02, "count": 2},
    {"name": "post", "function": "steady", "method": "POST", "bytes": 2048, "pause": 0.03, "count": 2},
    {"name": "slow post", "function": "steady", "method": "POST", "path": "/?wait=900ms", "bytes": 300_000, "pause": 0.02, "count": 2},
    {"name": "hardy get", "function": "hardy", "method": "GET", "pause": 0.03, "count": 1},
    {"name": "hardy slow get", "function": "hardy", "method": "GET", "path": "/?wait=600ms", "pause": 0.02, "count": 2},
    {"name": "hardy put", "function": "hardy", "method": "PUT", "path": "/?wait=50ms", "bytes": 1500, "pause": 0.03, "count": 1},
    {"name": "hardy post", "function": "hardy", "method": "POST", "path": "/?wait=300ms", "bytes": 1500, "pause": 0.02, "count": 2},
]


class Load:
    """load.py in a server's network, from now until it is ended."""

    def __init__(self, cluster, plan):
        self.process = subprocess.Popen(cluster.inside(sys.executable, LOAD, json.dumps(plan)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "begun\n":
            raise SystemExit("bench: the load did not begin")

    def end(self):
        self.process.stdin.close()
        told = self.process.stdout.read()
        if self.process.wait():
            raise SystemExit("bench: the load ended with an error")
        return json.loads(told.splitlines()[-1])

    def accepted(self, seconds):
        """Waits for the load to have queued all its asynchronous calls; whether it has."""
        return bool(select.select([self.process.stdout], [], [], seconds)[0])


class PodKiller(threading.Thread):
    """Takes a pod away every few seconds: one of `steady` or `hardy` as Kubernetes does, then one of `hardy` as a crash does."""

    def __init__(self, cluster, every):
        super().__init__(daemon=True)
        self.cluster, self.every = cluster, every
        self.deleted = self.killed = 0
        self.trouble = None
        self.over = threading.Event()

    def run(self):
        turn = 0
        try:
            while not self.over.wait(self.every):
                name, crash = (("steady", False), ("hardy", True), ("steady", False), ("hardy", False))[turn % 4]
                turn += 1
                self.take(name, crash)
        except BaseException as trouble:  # told by stop()
            self.trouble = trouble

    def take(self, name, crash):
        pods = json.loads(self.cluster.kubectl("get", "pods", "-n", FUNCTIONS, "-l", f"faas_function={name}", "-o", "json"))["items"]
        running = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and pod["status"].get("phase") == "Running"]
        if not running:
            return
        # a pod that was killed before makes Kubernetes wait longer and longer: it is the next one to be taken away
        restarts = lambda pod: sum(status["restartCount"] for status in pod["status"].get("containerStatuses", ()))
        if crash:
            fewest = min(map(restarts, running))
            pod = random.choice([pod for pod in running if restarts(pod) == fewest])
            self.killed += kill_in(pod["metadata"]["uid"])
        else:
            pod = max(running, key=restarts)
            self.cluster.kubectl("delete", "pod", pod["metadata"]["name"], "-n", FUNCTIONS, "--wait=false")
            self.deleted += 1

    def stop(self):
        self.over.set()
        self.join()
        if self.trouble:
            raise SystemExit(f"bench: pods could not be taken away: {self.trouble!r}")


def kill_in(uid):
    """Ends what runs in a pod as a crash does; its pause container stays. Tells how many processes that were."""
    found = 0
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and uid in (entry / "cgroup").read_text() and b"pause" not in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
                found += 1
        except (OSError, ProcessLookupError):
            pass
    return min(1, found)


class HarmMeasures:
    """Mixed into the bench beside ServerMeasures."""

    def project_of_harm(self):
        """Two functions as a person writes them; their images need no base."""
        folder = pathlib.Path(self.work, "harm")
        folder.mkdir()
        home = os.path.expanduser("~")
        self.bed.person.setdefault("GOPATH", os.environ.get("GOPATH", f"{home}/go"))
        self.bed.person.setdefault("GOCACHE", os.environ.get("GOCACHE", f"{home}/.cache/go-build"))
        for name in ("steady", "hardy"):
            run([self.bed.vfaas, "new", "--lang", "go", name], env=self.bed.person, cwd=folder)
            (folder / name / "handler_test.go").unlink()
            (folder / "stack.yml").unlink()
        (folder / "stack.yml").write_text("version: 1.0\nprovider:\n  name: openfaas\nfunctions:\n"
                                          + FUNCTION.format(name="steady", repeated="false") + FUNCTION.format(name="hardy", repeated="true"))
        self.harm_folder, self.harm_version = folder, 0
        self.next_version()

    def next_version(self):
        """Changes the functions and sets them up again: a rolling update."""
        self.harm_version += 1
        for name in ("steady", "hardy"):
            (self.harm_folder / name / "handler.go").write_text(HANDLER % self.harm_version)
        server = self.bare_cluster().server
        words = [self.bed.vfaas, "up", server["host"], "--identity", server["key"], "-f", str(self.harm_folder / "stack.yml"), "--base", "scratch"]
        # vfaas gives up waiting when new pods are killed faster than they start, and the update goes on; a person would type it again
        wait_until(lambda: run(words, check=False, env=self.bed.person, cwd=self.work).returncode == 0, 600, "the functions updated", 1)

    def up_again(self, *words):
        server = self.bare_cluster().server
        return self.bed.set_up("up", server["host"], "--identity", server["key"], *words)[0]

    def upgrade_gateway(self):
        """Makes the gateway one of another version, then lets vfaas move it to its own, calling through SSH all the while; how many such calls failed."""
        cluster = self.bare_cluster()
        version = self.gateway_version()
        patch = {"spec": {"template": {"metadata": {"annotations": {"vfaas.dev/version": "0.0.1"}}}}}
        cluster.kubectl("patch", "deployment", "gateway", "-n", "vfaas", "--type=merge", "-p", json.dumps(patch))
        self.rolled_out()
        over, told = threading.Event(), []

        def invoke():
            while not over.is_set():
                done = run([self.bed.vfaas, "invoke", "steady"], check=False, env=self.bed.person, cwd=self.work, input="by ssh")
                told.append("" if done.returncode == 0 and done.stdout.endswith("by ssh") else done.stdout + done.stderr)

        person = threading.Thread(target=invoke, daemon=True)
        person.start()
        wait_until(lambda: told, 60, "a first call through SSH", 0.1)
        server = cluster.server
        self.bed.set_up("upgrade", server["host"], "--identity", server["key"], "--k3s", K3S, "--mirror", self.bed.mirror)
        wait_until(lambda: self.gateway_version() == version, 10, "the gateway of this version")
        self.rolled_out()
        over.set()
        person.join()
        return len(told), [text for text in told if text]

    def gateway_version(self):
        return self.bare_cluster().kubectl("get", "deployment", "gateway", "-n", "vfaas", "-o", r"jsonpath={.spec.template.metadata.annotations.dev\.vfaas/version}")

    def rolled_out(self):
        """Waits until only gateways of the newest version are left."""
        self.bare_cluster().kubectl("rollout", "status", "deployment", "gateway", "-n", "vfaas", "--timeout=180s")
        wait_until(lambda: len(self.gateway_pods()) == int(self.bare_cluster().kubectl("get", "deployment", "gateway", "-n", "vfaas", "-o", "jsonpath={.spec.replicas}")),
                   180, "the gateways before are gone", 0.5)

    def gateway_pods(self):
        return json.loads(self.bare_cluster().kubectl("get", "pods", "-n", "vfaas", "-l", "app=gateway", "-o", "json"))["items"]

    def harm(self):
        """Load, a rolling update, a pod taken away every 5 s, and the gateway upgraded."""
        minutes = float(os.environ.get("VFAAS_BENCH_MINUTES", 15))
        cluster = self.bare_cluster()
        if not hasattr(self, "harm_folder"):
            self.project_of_harm()
        load = Load(cluster, {"url": GATEWAY, "callers": CALLERS})
        began = time.monotonic()
        killer = PodKiller(cluster, 5)
        killer.start()
        time.sleep(minutes * 15)
        self.next_version()
        self.tell(began, "functions updated")
        time.sleep(max(0, began + minutes * 30 - time.monotonic()))
        through_ssh, lost = self.upgrade_gateway()
        self.tell(began, f"gateway upgraded, {through_ssh} calls through SSH meanwhile")
        time.sleep(max(0, began + minutes * 60 - time.monotonic()))
        killer.stop()
        told = load.end()
        for failure in told["failed"][:20]:
            print(f"  failed: {json.dumps(failure)}", file=sys.stderr, flush=True)
        for text in lost[:5]:
            print(f"  failed through SSH: {text.strip()}", file=sys.stderr, flush=True)
        failed = len(told["failed"]) + len(lost)
        self.row(f"{told['seconds'] / 60:.1f} min of load; function and gateway updated; {killer.deleted} pods deleted, {killer.killed} killed",
                 f"{failed} of {told['calls'] + through_ssh:,} calls failed ({through_ssh} through SSH); longest {told['longest']:.1f} s, "
                 f"{told['again']} on a kept connection that had ended", "0 failed", failed == 0)

    @staticmethod
    def tell(began, what):
        print(f"  {time.monotonic() - began:.0f} s: {what}", file=sys.stderr, flush=True)

    def gatewaykill(self):
        """Two gateways that share a queue; one of them is killed under load."""
        cluster = self.bare_cluster()
        if not hasattr(self, "harm_folder"):
            self.project_of_harm()
        world = cluster.server["address"].rsplit(".", 1)[0] + ".1"  # this machine, as servers see it
        queue, port = self.nats(world), 18081
        self.up_again("--gateway-replicas", "2", "--gateway-queue", queue)
        self.rolled_out()
        plan = {"url": GATEWAY, "patience": 30, "callers": CALLERS[:4],
                "asynchronous": {"function": "steady", "pause": 0.05, "port": port, "callback": f"http://{cluster.server['address']}:{port}/"}}
        load = Load(cluster, plan)
        kills = self.turns(3)
        for _ in range(kills):
            time.sleep(8)
            victim = random.choice(self.gateway_pods())
            at = time.time()
            kill_in(victim["metadata"]["uid"])
            wait_until(lambda: self.restarted(victim["metadata"]["name"], at), 120, "the killed gateway ready again", 0.3)
        time.sleep(5)
        told = load.end()
        for failure in told["failed"][:20]:
            print(f"  failed: {json.dumps(failure)}", file=sys.stderr, flush=True)
        # a caller has one call at a time, so a kill costs at most one call of each caller that was in that gateway
        callers = sum(caller.get("count", 1) for caller in CALLERS[:4])
        inside = [failure for failure in told["failed"] if "no answer on a" in failure["what"] or "broke off" in failure["what"]]
        row = told["asynchronous"]
        self.row(f"two gateways, one of them killed {kills} times",
                 f"{len(told['failed'])} of {told['calls']:,} calls failed, {len(inside)} of them in the killed one; {told['refused']} connections refused meanwhile",
                 "only calls in it fail", len(inside) == len(told["failed"]) <= kills * callers)
        self.row("asynchronous calls meanwhile", f"{row['lost']} of {row['accepted']:,} lost, {row['twice']} run twice, {row['refused']} not accepted", "none lost",
                 row["lost"] == 0 and row["accepted"] > 100)
        self.up_again("--gateway-replicas", "1", "--gateway-queue", "sqlite")
        self.rolled_out()

    def asynckill(self):
        """100,000 asynchronous calls over two gateways that share a queue; in turn a gateway and a replica of the function are killed all the while."""
        cluster = self.bare_cluster()
        if not hasattr(self, "harm_folder"):
            self.project_of_harm()
        total, port = int(os.environ.get("VFAAS_BENCH_CALLS", 100_000)), 18082
        world = cluster.server["address"].rsplit(".", 1)[0] + ".1"
        self.up_again("--gateway-replicas", "2", "--gateway-queue", self.nats(world))
        self.rolled_out()
        began = time.monotonic()
        load = Load(cluster, {"url": GATEWAY, "callers": [],
                              "asynchronous": {"function": "steady", "pause": 0, "count": 6, "total": total, "port": port, "patience": 900,
                                               "callback": f"http://{cluster.server['address']}:{port}/"}})
        workers = PodKiller(cluster, 0)
        gateways = 0
        while not load.accepted(6) and time.monotonic() < began + 1200:
            workers.take("steady", True)
            if load.accepted(6):
                break
            victim, at = random.choice(self.gateway_pods()), time.time()
            gateways += kill_in(victim["metadata"]["uid"])
            wait_until(lambda: self.restarted(victim["metadata"]["name"], at), 120, "the killed gateway ready again", 0.3)
        row = load.end()["asynchronous"]
        self.row(f"{row['accepted']:,} asynchronous calls, a gateway killed {gateways} times and a replica {workers.killed} times",
                 f"{row['lost']} lost, {row['twice']} run twice, {row['refused']} not accepted at first; {time.monotonic() - began:.0f} s", "none lost",
                 row["lost"] == 0 and row["accepted"] >= total)
        self.up_again("--gateway-replicas", "1", "--gateway-queue", "sqlite")
        self.rolled_out()

    def restarted(self, name, since):
        """Whether the gateway's container has begun after `since` and is ready."""
        for pod in self.gateway_pods():
            for status in pod["status"].get("containerStatuses", ()):
                running = status["state"].get("running")
                if pod["metadata"]["name"] == name and status["ready"] and status["restartCount"] > 0 and running:
                    return calendar.timegm(time.strptime(running["startedAt"], "%Y-%m-%dT%H:%M:%SZ")) >= since - 1
        return False

    def nats(self, address):
        """A NATS server with JetStream on this machine's address in the run's network; its own address."""
        program = shutil.which("nats-server") or "/usr/sbin/nats-server"
        if not os.path.exists(program):
            raise SystemExit("bench: install first: nats-server (Debian: apt-get install nats-server)")
        port = self.free_port()
        self.spawn(program, "-a", address, "-p", str(port), "-js", "-sd", f"{self.work}/nats-{port}")
        wait_until(lambda: run(["bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"], check=False).returncode == 0, 30, "nats-server answering")
        return f"nats://{address}:{port}"
