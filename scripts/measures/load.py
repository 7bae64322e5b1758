"""Calls functions until its standard input ends, then prints as JSON what became of the calls: load.py PLAN

PLAN is JSON: {"url": ..., "callers": [{"name", "function", "method", "path", "bytes", "pause", "count"}],
"asynchronous": {"function", "pause", "port", "callback", "count", "total"}}. Of asynchronous calls `total` are queued by `count` callers, without it as many as
there is time for; "accepted" is printed when they are.
A caller calls one after the other on a connection it keeps. What a client is expected to do by itself (RFC 9112, 9.3.1) it does, and counts: a request
that may be repeated is, once, when a kept connection turns out to be closed before any byte of an answer; and a connection that is refused is tried again
for `patience` seconds, for nothing was sent. Everything else that is not 200 with the right body has failed.
"""

import collections, http.client, http.server, json, os, sys, threading, time, urllib.parse

REPEATED = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")


class Caller(threading.Thread):
    def __init__(self, plan, caller, number):
        super().__init__(daemon=True)
        self.plan, self.caller = plan, caller
        self.address = urllib.parse.urlsplit(plan["url"])
        self.patience = plan.get("patience", 0)
        self.body = (f"{caller['name']} {number} ".encode() * (caller.get("bytes", 0) // 8 + 1))[:caller.get("bytes", 0)] or None
        self.connection, self.used = None, False
        self.calls, self.again, self.refused, self.longest, self.failed = 0, 0, 0, 0.0, []

    def run(self):
        while not over.is_set():
            began = time.monotonic()
            trouble = self.call()
            took = time.monotonic() - began
            self.calls += 1
            self.longest = max(self.longest, took)
            if trouble:
                self.failed.append({"at": round(time.time(), 2), "after": round(took, 3), "caller": self.caller["name"], "what": trouble})
            over.wait(self.caller.get("pause", 0.02))
        self.drop()

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection, self.used = None, False

    def connect(self):
        limit = time.monotonic() + self.patience
        while True:
            self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=90)
            try:
                self.connection.connect()
                return
            except ConnectionRefusedError:
                self.refused += 1
                if time.monotonic() >= limit:
                    raise
                time.sleep(0.1)

    def call(self):
        """One call; returns what was wrong, None when nothing was."""
        for attempt in (1, 2):
            reused = self.used
            try:
                if self.connection is None:
                    self.connect()
                self.used = True
                self.connection.request(self.caller["method"], f"/function/{self.caller['function']}{self.caller.get('path', '/')}", body=self.body)
                answer = self.connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as trouble:
                self.drop()
                if attempt == 1 and reused and self.caller["method"] in REPEATED:
                    self.again += 1
                    continue
                return f"no answer on a {'kept' if reused else 'new'} connection: {trouble!r}"
            except (OSError, http.client.HTTPException) as trouble:
                self.drop()
                return repr(trouble)
            try:
                body = answer.read()
            except (OSError, http.client.HTTPException) as trouble:
                self.drop()
                return f"{answer.status}, and its body broke off: {trouble!r}"
            if answer.will_close:
                self.drop()
            if answer.status != 200:
                return f"{answer.status} {body[:300].decode(errors='replace')}"
            if not body.startswith(b"version ") or not body.endswith(self.body or b"\n"):
                return f"200 with the wrong body, {len(body)} bytes: {body[:100]!r}"
            return None


class Asynchronous(threading.Thread):
    """Queues calls and waits for their results, which come to a port of its own."""

    def __init__(self, plan):
        super().__init__(daemon=True)
        self.plan, self.chosen = plan, plan["asynchronous"]
        self.address = urllib.parse.urlsplit(plan["url"])
        self.accepted, self.refused, self.arrived = set(), 0, collections.Counter()
        outer = self

        class Results(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("X-Function-Status") == "200":
                    outer.arrived[self.headers["X-Call-Id"]] += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("0.0.0.0", self.chosen["port"]), Results)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def run(self):
        queuers = [threading.Thread(target=self.queue, daemon=True) for _ in range(self.chosen.get("count", 1))]
        for queuer in queuers:
            queuer.start()
        for queuer in queuers:
            queuer.join()
        print("accepted", flush=True)

    def queue(self):
        connection = None
        while not over.is_set() and len(self.accepted) < self.chosen.get("total", sys.maxsize):
            try:
                connection = connection or http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=20)
                connection.request("POST", f"/async-function/{self.chosen['function']}/", body=b"later",
                                   headers={"X-Callback-Url": self.chosen["callback"]})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 202:
                    self.accepted.add(answer.getheader("X-Call-Id"))
                else:
                    self.refused += 1
                    over.wait(0.1)
            except (OSError, http.client.HTTPException):
                self.refused += 1  # not accepted: its caller knows
                connection.close()
                connection = None
                over.wait(0.1)
            over.wait(self.chosen["pause"])

    def told(self):
        limit = time.monotonic() + self.chosen.get("patience", 120)
        while time.monotonic() < limit and self.accepted - set(self.arrived):
            time.sleep(0.2)
        ran = set(self.arrived)
        return {"accepted": len(self.accepted), "refused": self.refused, "lost": len(self.accepted - ran),
                "twice": sum(1 for count in self.arrived.values() if count > 1)}


over = threading.Event()


def main():
    plan = json.loads(sys.argv[1])
    callers = [Caller(plan, caller, number) for caller in plan["callers"] for number in range(caller.get("count", 1))]
    queue = Asynchronous(plan) if "asynchronous" in plan else None
    began = time.monotonic()
    for thread in callers + ([queue] if queue else []):
        thread.start()
    print("begun", flush=True)
    while os.read(0, 1 << 16):
        pass
    over.set()
    for thread in callers + ([queue] if queue else []):
        thread.join()
    failed = sorted((failure for caller in callers for failure in caller.failed), key=lambda failure: failure["at"])
    print(json.dumps({"seconds": round(time.monotonic() - began, 1), "calls": sum(caller.calls for caller in callers), "failed": failed,
                      "again": sum(caller.again for caller in callers), "refused": sum(caller.refused for caller in callers),
                      "longest": round(max((caller.longest for caller in callers), default=0), 2), "asynchronous": queue.told() if queue else None}))


main()
