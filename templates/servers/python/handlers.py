"""Finding the user's handler."""

import sys


def load():
    """The function `handle` of function/handler.py. Exits 1, with the reason on stderr, when there is none."""
    try:
        from function import handler
    except BaseException as error:  # SystemExit too: a handler that exits while it is imported cannot serve
        import traceback  # slow to import and seldom needed

        trace = error.__traceback__.tb_next if error.__traceback__ else None
        sys.stderr.write("".join(traceback.format_exception(type(error), error, trace)))
        sys.exit(f"error: function/handler.py cannot be imported: {error}")
    handle = getattr(handler, "handle", None)
    if not callable(handle):
        sys.exit("error: function/handler.py defines no function named handle")
    return handle
