"""The processes behind K3s's one: started, watched, and ended with it. Containers outlive them, as they outlive K3s."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

import paths

# no cloud is to be asked for registry logins: the kubelet would wait for one that never answers
ENVIRONMENT = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true",
               "PATH": f"{paths.TOOLS}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
for removed in ("NOTIFY_SOCKET", "K3S_TOKEN", "K3S_URL"):
    ENVIRONMENT.pop(removed, None)
# for kubectl, which would leave its cache in root's home
OWN_HOME = {**ENVIRONMENT, "HOME": "/run/k3s"}


def log(message, level="info"):
    print(f'time="{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}" level={level} msg="{message}"', file=sys.stderr, flush=True)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Children:
    """Named processes; `watch` returns when one of them ends or a signal asks to stop."""

    def __init__(self):
        self.running = {}
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def start(self, name, *arguments, output=None):
        out = open(output, "ab") if output else None
        log(f"Running {name}")
        self.running[name] = subprocess.Popen([f"{paths.TOOLS}/bin/{name}" if "/" not in arguments[0] else arguments[0], *arguments[1:]],
                                              env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_parent)

    def check(self):
        """Ends everything when a child has ended or a stop was asked for."""
        for name, process in self.running.items():
            if process.poll() is not None:
                log(f"{name} exited: {process.returncode}", "fatal")
                self.end(1)
        if self.stopping:
            self.end(0)

    def stop(self, *_):
        self.stopping = True

    def end(self, code):
        for name in reversed(list(self.running)):
            self.running[name].terminate()
        deadline = time.monotonic() + 10
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        os._exit(code)

    def wait(self, what, ready, seconds=300, every=0.2):
        """Asks until it is so; K3s has no limit of its own here, a test wants one."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                log(f"{what} did not happen in {seconds} s", "fatal")
                self.end(1)
            time.sleep(every)


def notify(state):
    """sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)


def run(*arguments, input=None, check=True):
    """Output of a program as text."""
    return subprocess.run(arguments, env=ENVIRONMENT, input=input, check=check, text=True, stdout=subprocess.PIPE,
                          stderr=None if check else subprocess.DEVNULL).stdout
