"""Settings of the server, read from the environment."""

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9}
_NUMBER = frozenset("0123456789.")


class ConfigError(ValueError):
    """A setting whose value cannot be used; the message names the variable."""


class Config:
    """How the server listens and what it bounds. Times are seconds; None means no limit."""

    def __init__(self, env):
        self.host = env.get("VFAAS_BIND", "")
        self.port = _whole(env, "port", 8080, 65535)
        self.read_timeout = _duration(env, "read_timeout", "30s") or None
        self.write_timeout = _duration(env, "write_timeout", "30s") or None
        self.exec_timeout = _duration(env, "exec_timeout", "30s") or None
        # How long a draining server keeps accepting, so that load balancers see the 503 first.
        self.drain_delay = _duration(env, "healthcheck_interval", "0s")
        self.max_inflight = _whole(env, "max_inflight", 0)
        self.write_debug = flag(env, "write_debug")
        self.log_requests = self.write_debug or flag(env, "log_requests")


def flag(env, name):
    """True when the variable says so; anything but true, 1 or yes is false."""
    return env.get(name, "").strip().lower() in ("true", "1", "yes")


def duration(text):
    """Seconds of a whole number of seconds ("30") or of a Go duration ("1m30s", "500ms").

    Raises ValueError for anything else, negative durations included.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    seconds, rest = 0.0, text
    while True:
        number = _leading(rest, lambda c: c in _NUMBER)
        unit = _leading(rest[len(number):], lambda c: c not in _NUMBER)
        if unit not in _UNITS:
            raise ValueError(text)
        seconds += float(number) * _UNITS[unit]
        rest = rest[len(number) + len(unit):]
        if not rest:
            return seconds


def _leading(text, accepts):
    end = 0
    while end < len(text) and accepts(text[end]):
        end += 1
    return text[:end]


def _duration(env, name, default):
    text = env.get(name) or default
    try:
        return duration(text)
    except ValueError:
        raise ConfigError(
            f"{name}={text!r} is not a duration; give seconds (30) or a duration such as 500ms or 1m30s"
        ) from None


def _whole(env, name, default, most=2**31):
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise ConfigError(f"{name}={text!r} is not a whole number from 0 to {most}")
    return int(text)
