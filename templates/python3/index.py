"""Runs function/handler.py: handle(req: str) -> str."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "deps")]

from server import serve  # noqa: E402
from server.config import flag  # noqa: E402
from server.handlers import load  # noqa: E402
from server.results import TEXT, respond  # noqa: E402


def _wants_bytes(handle):
    """True when the handler's parameter is annotated as bytes, or RAW_BODY asks for bytes."""
    if flag(os.environ, "RAW_BODY"):
        return True
    code = getattr(handle, "__code__", None)
    if code is None or not code.co_argcount:
        return False
    annotations = getattr(handle, "__annotations__", {})
    return annotations.get(code.co_varnames[0]) in (bytes, "bytes")


def _adapt():
    handle = load()
    if _wants_bytes(handle):
        return lambda request: respond(handle(request.body), TEXT)
    # Bytes that are not UTF-8 become lone surrogates; req.encode("utf-8", "surrogateescape") gives them back.
    return lambda request: respond(handle(request.body.decode("utf-8", "surrogateescape")), TEXT)


if __name__ == "__main__":
    serve(_adapt)
