"""The measures of scripts/bench that need the test-bed: `vfaas up HOST`, and the gateway on Kubernetes beside kubectl and nginx."""

import os, pathlib, re, shutil, signal, statistics, subprocess, sys, time

from bed import FUNCTIONS, GATEWAY, ROOT, Bed, Cluster, ReadyWatch, events, run, wait_until

# of `vfaas up`: K3s's own download and start
K3S_STEPS = ("k3s-artefacts", "k3s-service", "k3s-ready")
STATIC = "docker.io/test/static:1"
# polls the gateway's readiness from the inside of its network and tells the second since boot at which it was so
READY = """import http.client, sys, time
limit = time.monotonic() + 60
while time.monotonic() < limit:
    try:
        ask = http.client.HTTPConnection(sys.argv[1], 8080, timeout=1)
        ask.request("GET", "/readyz")
        if ask.getresponse().status == 200:
            print(time.clock_gettime(time.CLOCK_BOOTTIME))
            break
    except OSError:
        pass
    time.sleep(0.005)
"""
PAUSED = "math.randomseed(os.time())\nfunction delay() return math.random(0, %d) end\n"


class ServerMeasures:
    """Mixed into the bench: needs `work`, `env`, `row` and `spawn` of it."""

    TESTBED = ("up", "kubecold", "kubeproxy", "kubescale", "kubeidle", "nodes", "harm", "gatewaykill", "asynckill")
    COUNTING = ("harm", "gatewaykill", "asynckill")
    bed = None
    kube = None
    static = False

    # functions of the idle gateway, replicas of the big scale: 50 by the bars; fewer to try the script
    SIZE = int(os.environ.get("VFAAS_BENCH_SIZE", 50))

    def turns(self, usual):
        return int(os.environ.get("VFAAS_BENCH_TURNS", usual))

    def the_bed(self):
        if self.bed is None:
            self.bed = Bed(self.work, str(ROOT / "scripts" / "vfaas"), self.env)
        return self.bed

    def cluster(self):
        """The one cluster that the measures share, with the image of a static function on its node."""
        if not self.static:
            self.bare_cluster().import_image(STATIC, self.static_root(), "/usr/sbin/nginx", "-e", "stderr", "-p", "/tmp", "-c", "/static.conf")
            self.static = True
        return self.kube

    def bare_cluster(self):
        """The same without that image."""
        if self.kube is None:
            server = self.the_bed().server("kube")
            self.bed.up(server)
            self.kube = Cluster(self.bed, server)
        return self.kube

    def static_root(self):
        """The root file system of an image that answers a fixed text: nginx and the libraries it needs."""
        root = pathlib.Path(self.work, "static-root")
        shutil.rmtree(root, ignore_errors=True)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        libraries = re.findall(r"(/\S+) \(0x", run(["ldd", nginx]).stdout)
        for source, target in [(nginx, "/usr/sbin/nginx"), *((path, path) for path in libraries)]:
            place = root / target.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.realpath(source), place)
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
        (root / "static.conf").write_text("""daemon off; worker_processes 1; pid /tmp/nginx.pid;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;
  uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
  server { listen 8080; location / { default_type text/plain; return 200 "hello from a static function\\n"; } } }
""")
        return root

    # --- vfaas up HOST

    def up(self):
        """vfaas up on a fresh server, and again when nothing is to do."""
        bed = self.the_bed()
        walls, commands = [], []
        for turn in range(self.turns(3)):
            server = bed.server(f"fresh{turn}")
            wall, told = bed.up(server, "-o", "json")
            seen = events(told)
            took = {event["step"]: event["seconds"] for event in seen if event["event"] == "step-done"}
            k3s = sum(took.get(step, 0) for step in K3S_STEPS)
            walls.append(wall - k3s)
            commands.append(bed.commands(K3S_STEPS))
            longest = sorted(took.items(), key=lambda step: -step[1])[:5]
            print("  " + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in longest) + f"; all {wall:.1f} s", flush=True, file=sys.stderr)
            if turn < self.turns(3) - 1 or self.kube:
                bed.down(server["name"])
        wall = statistics.median(walls)
        self.row("`vfaas up HOST`, fresh server, without K3s's download and start", f"{wall:.1f} s, {max(commands)} remote commands",
                 "≤ 10 s and ≤ 30 commands", wall <= 10 and max(commands) <= 30)
        again = statistics.median(bed.up(server)[0] for _ in range(5)) if not self.kube else None
        if again is not None:
            self.row("`vfaas up HOST` again, nothing to do", f"{again:.2f} s", "≤ 2 s", again <= 2)
            self.kube = Cluster(self.bed, server)

    def nodes(self):
        """Three servers join a cluster one after the other, and three others at the same time."""
        cluster = self.cluster()

        def add(*servers):
            return self.bed.set_up("node", "add", *[server["host"] for server in servers], "--to", cluster.server["host"], "--identity",
                                   cluster.server["key"], "--mirror", self.bed.mirror)[0]

        alone = [self.bed.server(f"alone{number}") for number in range(3)]
        one_by_one = [add(server) for server in alone]
        for server in alone:
            self.bed.set_up("node", "remove", server["host"], "--from", cluster.server["host"], "--identity", cluster.server["key"], "--yes")
        self.bed.down(*[server["name"] for server in alone])
        together = [self.bed.server(f"joint{number}") for number in range(3)]
        wall = add(*together)
        slowest = max(one_by_one)
        self.row("three servers join at the same time", f"{wall:.1f} s; one after the other {', '.join(f'{t:.1f}' for t in one_by_one)} s",
                 "≤ slowest + 20 %", wall <= 1.2 * slowest)
        self.bed.down(*[server["name"] for server in together])

    # --- the gateway on Kubernetes

    def kubecold(self):
        """0 → 1: a call that is held by the gateway beside kubectl scaling the same Deployment until Kubernetes calls it ready."""
        cluster = self.cluster()
        name = "bench-cold"
        cluster.deploy(name, STATIC, min=1, max=5)
        held, kubectl = [], []
        for _ in range(self.turns(9)):
            cluster.empty(name)
            held.append(cluster.call(name))
            cluster.empty(name)
            kubectl.append(self.by_kubectl(cluster, name, 1))
        ours, theirs = statistics.median(held), statistics.median(kubectl)
        self.row("Kubernetes, 0 → 1, call held", f"{ours:.2f} s = {ours / theirs:.2f} × kubectl ({theirs:.2f})", "≤ 1.15 ×", ours <= 1.15 * theirs)
        cluster.remove(name)

    @staticmethod
    def by_kubectl(cluster, name, replicas, seconds=300):
        watch = ReadyWatch(cluster, name)
        began = time.monotonic()
        cluster.kubectl("scale", "deployment", name, "-n", FUNCTIONS, f"--replicas={replicas}")
        took = watch.until(replicas, began, seconds)
        watch.close()
        return took

    def kubescale(self):
        """1 → 50 through the gateway's API beside kubectl, both until Kubernetes calls all of them ready."""
        cluster = self.cluster()
        name = "bench-scale"
        cluster.deploy(name, STATIC, min=1, max=self.SIZE)
        twin = cluster.twin(name)  # the gateway's autoscaler would take back what kubectl does to its own
        ours, theirs = [], []
        for _ in range(self.turns(3)):
            watch = ReadyWatch(cluster, name)
            began = time.monotonic()
            cluster.scale(name, self.SIZE)
            ours.append(watch.until(self.SIZE, began, 600))
            watch.close()
            self.to_one(cluster, name)
            theirs.append(self.by_kubectl(cluster, twin, self.SIZE, 600))
            cluster.kubectl("scale", "deployment", twin, "-n", FUNCTIONS, "--replicas=1")
            wait_until(lambda: len(cluster.pods(twin, "twin")) == 1, 300, f"one pod of {twin}", 0.5)
            time.sleep(3)
        a, b = statistics.median(ours), statistics.median(theirs)
        self.row(f"Kubernetes, 1 → {self.SIZE} ready replicas", f"{a:.1f} s = {a / b:.2f} × kubectl ({b:.1f})", "≤ 1.1 ×", a <= 1.1 * b)
        cluster.kubectl("delete", "deployment", twin, "-n", FUNCTIONS)
        cluster.remove(name)

    @staticmethod
    def to_one(cluster, name):
        cluster.scale(name, 1)
        wait_until(lambda: len(cluster.pods(name)) == 1, 300, f"one pod of {name}", 0.5)
        time.sleep(3)

    def kubeproxy(self):
        """wrk through the gateway's pod beside wrk through nginx, to the same pod; then both at half of the gateway's load."""
        cluster = self.cluster()
        name = "bench-static"
        cluster.deploy(name, STATIC, min=1, max=1)
        pod = cluster.kubectl("get", "pods", "-n", FUNCTIONS, "-l", f"faas_function={name}", "-o", "jsonpath={.items[0].status.podIP}")
        conf = pathlib.Path(self.work, "kube-proxy.conf")
        conf.write_text(f"""daemon off; worker_processes 2; pid {self.work}/kube-proxy.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {self.work}/k1; proxy_temp_path {self.work}/k2; fastcgi_temp_path {self.work}/k3;
  uwsgi_temp_path {self.work}/k4; scgi_temp_path {self.work}/k5;
  upstream u {{ server {pod}:8080; keepalive 64; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:18080; location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
""")
        self.spawn(*cluster.inside(shutil.which("nginx") or "/usr/sbin/nginx", "-p", self.work, "-c", conf))
        targets = {"gateway": f"{GATEWAY}/function/{name}", "nginx": "http://127.0.0.1:18080/"}
        for url in targets.values():
            wait_until(lambda: run(cluster.inside("curl", "-sf", "-o", "/dev/null", url), check=False).returncode == 0, 20, f"{url} answering")
        rates = {target: [] for target in targets}
        for turn in range(1 + self.turns(5)):
            for target, url in targets.items():
                rate, _ = self.wrk(cluster, "-t1", "-c32", "-d5s" if turn else "-d15s", url)
                if turn:  # the first turn warms up
                    rates[target].append(rate)
        ours, theirs = (statistics.median(rates[target]) for target in ("gateway", "nginx"))
        pause = pathlib.Path(self.work, "pause.lua")
        connections = 64
        pause.write_text(PAUSED % max(1, round(2 * 1000 * connections / (ours / 2))))
        half, p99, beside = [], [], []
        for _ in range(self.turns(5)):
            for target, latencies in (("gateway", p99), ("nginx", beside)):
                rate, latency = self.wrk(cluster, "-t1", f"-c{connections}", "-d10s", "-s", pause, targets[target])
                latencies.append(latency)
                if target == "gateway":
                    half.append(rate)
        self.row("Kubernetes, requests/s through the gateway, 32 connections", f"{ours:,.0f} = {ours / theirs:.0%} of nginx ({theirs:,.0f})", "≥ 60 % of nginx",
                 ours >= 0.6 * theirs)
        p99 = statistics.median(p99)
        self.row(f"Kubernetes, p99 at half load ({statistics.median(half):,.0f} requests/s)", f"{p99:.1f} ms (nginx at that load {statistics.median(beside):.1f})",
                 "≤ 3 ms", p99 <= 3)
        cluster.remove(name)

    @staticmethod
    def wrk(cluster, *words):
        out = run(cluster.inside("wrk", "--latency", *words)).stdout
        if re.search(r"Non-2xx|Socket errors", out):
            raise SystemExit(f"bench: wrk saw errors:\n{out}")
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]

    def kubeidle(self):
        """The gateway's memory, and how long it takes to be ready, with 50 functions of one replica each."""
        cluster = self.cluster()
        names = [f"bench-idle-{number}" for number in range(self.SIZE)]
        for name in names:
            cluster.api("POST", "/system/functions", {"service": name, "image": STATIC, "labels": {"com.openfaas.scale.max": "1"}})
        for name in names:
            cluster.await_ready(name, 1, 600)
        times, resident = [], []
        for _ in range(self.turns(3)):
            pid, _, _ = cluster.gateway_process()
            address = cluster.gateway_address()
            waits = subprocess.Popen(cluster.inside("python3", "-c", "import time; time.sleep(0.2)\n" + READY, address), stdout=subprocess.PIPE, text=True)
            os.kill(pid, signal.SIGKILL)
            ready = float(waits.communicate(timeout=120)[0])
            pid, _, began = wait_until(cluster.gateway_process, 10, "the gateway running")
            times.append(ready - began)
            time.sleep(30)  # idle
            resident.append(cluster.gateway_process()[1])
        memory, start = statistics.median(resident), statistics.median(times)
        self.row(f"gateway pod, idle, {self.SIZE} functions, resident", f"{memory:.0f} MiB", "≤ 160 MiB", memory <= 160)
        self.row(f"gateway pod, {self.SIZE} functions, ready after its start", f"{start:.2f} s", "≤ 2 s", start <= 2)
        cluster.remove(*names)

    def close_bed(self):
        if self.bed is not None:
            self.bed.close()
