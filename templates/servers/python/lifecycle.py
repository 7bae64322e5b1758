"""What all connections share: the count of running calls, draining, and the watch over exec_timeout."""

import threading
import time


class Lifecycle:
    """Counts busy connections and running calls. A call holds its slot until the handler itself returns, also when
    its client was told 504 before, because until then it uses the replica's memory and CPU."""

    def __init__(self, max_inflight):
        self._max_inflight = max_inflight
        self._changed = threading.Condition()
        self._busy = 0
        self._calls = 0
        self.draining = False

    @property
    def full(self):
        """True when max_inflight calls are running."""
        return 0 < self._max_inflight <= self._calls

    def enter(self):
        """A connection begins to read a request."""
        with self._changed:
            self._busy += 1

    def leave(self):
        """A connection has answered its request."""
        with self._changed:
            self._busy -= 1
            if not self._busy:
                self._changed.notify_all()

    def begin_call(self):
        """Takes a slot for a call; False when there is none."""
        with self._changed:
            if self.full:
                return False
            self._calls += 1
            return True

    def end_call(self):
        """Gives the slot back."""
        with self._changed:
            self._calls -= 1

    def wait_idle(self, deadline):
        """Waits until no request is in flight or the deadline (time.monotonic, None: forever) has passed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy, None if deadline is None else deadline - time.monotonic())


class Exchange:
    """One call being answered. Whoever claims it first writes the response: the handler's thread or the watch."""

    __slots__ = ("deadline", "_claim", "_expire")

    def __init__(self, deadline, expire):
        self.deadline = deadline
        self._claim = threading.Lock()
        self._expire = expire

    def claim(self):
        """True for the first caller only."""
        return self._claim.acquire(blocking=False)

    def expire(self):
        """Ends the exchange: with a response if none has begun, else by cutting the connection."""
        self._expire(self.claim())


class Watch:
    """Ends exchanges whose deadline has passed. Its thread starts with the first exchange and sleeps while there is
    none; a thread that runs a handler cannot be stopped in Python, so the handler runs on."""

    def __init__(self):
        self._changed = threading.Condition()
        self._exchanges = {}  # a dict keeps the order of arrival; values are unused
        self._wakes_at = None
        self._thread = None

    def add(self, exchange):
        """Watches this exchange until remove."""
        with self._changed:
            self._exchanges[exchange] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="exec-timeout", daemon=True)
                self._thread.start()
            elif self._wakes_at is None or exchange.deadline < self._wakes_at:
                self._changed.notify()

    def remove(self, exchange):
        """Forgets it; when this returns the exchange is not, and will not be, touched by the watch."""
        with self._changed:
            self._exchanges.pop(exchange, None)

    def _run(self):
        with self._changed:
            while True:
                now = time.monotonic()
                for exchange in [e for e in self._exchanges if e.deadline <= now]:
                    del self._exchanges[exchange]
                    exchange.expire()
                self._wakes_at = min((e.deadline for e in self._exchanges), default=None)
                self._changed.wait(None if self._wakes_at is None else max(0.0, self._wakes_at - now))
