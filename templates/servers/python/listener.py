"""Start, accept and stop."""

import os
import signal
import socket
import sys
import threading
import time

from .config import Config, ConfigError
from .connection import Connection
from .lifecycle import Lifecycle, Watch

_MAX_CONNECTIONS = 1024  # one thread each; more wait in the kernel's queue
_BACKLOG = 1024


def serve(load):
    """Serves until SIGTERM or SIGINT, then drains and exits 0.

    `load` imports the handler and returns a function (Request) -> Response. The socket listens before `load` is
    called, so a client that connects while a large dependency is being imported is answered when that is done, with
    no need to poll. Exits 1 when a setting is wrong, the port is taken or the handler cannot be imported.
    """
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: os._exit(0))  # nothing to drain yet; as process 1 there is no default action
    _line_buffered()
    try:
        config = Config(os.environ)
        listener = _listen(config.host, config.port)
    except ConfigError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(f"error: cannot listen on {config.host or '*'}:{config.port}: {error.strerror or error}")
    handler = load()

    lifecycle, watch = Lifecycle(config.max_inflight), Watch()
    # A handler written in Python runs only when the main thread does, which a signal taken by another thread would not
    # wake from its read; the wakeup descriptor is written to by whichever thread the signal meets.
    stopped, stop = os.pipe()
    os.set_blocking(stop, False)
    signal.set_wakeup_fd(stop, warn_on_full_buffer=False)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: None)
    threading.Thread(
        target=_accept,
        args=(listener, lambda sock: Connection(sock, config, lifecycle, watch, handler).run()),
        name="accept",
        daemon=True,
    ).start()
    host, port = listener.getsockname()[:2]
    sys.stderr.write(f"listening on {'[' + host + ']' if ':' in host else host}:{port}\n")
    while os.read(stopped, 1)[0] not in (signal.SIGTERM, signal.SIGINT):
        pass  # a signal that the handler's own code listens to
    _drain(config, lifecycle, listener)
    sys.exit(0)


def _drain(config, lifecycle, listener):
    lifecycle.draining = True
    began = time.monotonic()
    time.sleep(config.drain_delay)
    deadline = None if config.write_timeout is None else began + config.drain_delay + config.write_timeout
    lifecycle.wait_idle(deadline)
    try:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread; closing alone would not
    except OSError:
        listener.close()  # systems other than Linux refuse to shut a listening socket down
    lifecycle.wait_idle(deadline)  # for what was accepted in between


def _accept(listener, run):
    room = threading.BoundedSemaphore(_MAX_CONNECTIONS)

    def connection(sock):
        try:
            run(sock)
        finally:
            room.release()

    while True:
        room.acquire()
        try:
            sock, _ = listener.accept()
        except ConnectionError:
            room.release()  # the client gave up while it was queued
            continue
        except OSError as error:
            room.release()
            if listener.fileno() < 0 or not _out_of_resources(error):
                return
            time.sleep(0.05)  # out of file descriptors: wait for connections to end
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=connection, args=(sock,), daemon=True).start()


def _out_of_resources(error):
    import errno

    return error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def _listen(host, port):
    if not host:
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
        except (ValueError, OSError) as error:
            if getattr(error, "errno", None) in (98, 48):  # EADDRINUSE on Linux, on macOS: IPv6 itself works
                raise
            host = "0.0.0.0"
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG)


def _line_buffered():
    """What a handler prints appears in the log at once, not when a buffer is full."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
