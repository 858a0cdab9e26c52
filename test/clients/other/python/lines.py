"""The lines between a test and a client that it steers; see ../program.mjs."""

import base64
import json
import queue
import sys
import threading

BINARY = '$binary'  # the key that stands for binary data, in base64

_said = queue.SimpleQueue()


def say(what, value):
    """Has one line printed: an object with a single field. Never blocks."""
    _said.put({what: value})


def commands():
    """Yields the objects on the lines of the standard input, to its end."""
    threading.Thread(target=_print, daemon=True).start()
    for line in sys.stdin:
        yield json.loads(line, object_hook=_from_json)


def arguments():
    """Returns the address and the transports that the arguments name."""
    return sys.argv[1], sys.argv[2].split(',')


def _print():
    while True:
        print(json.dumps(_said.get(), default=_to_json), flush=True)


def _from_json(value):
    return base64.b64decode(value[BINARY]) if BINARY in value else value


def _to_json(value):
    return {BINARY: base64.b64encode(value).decode()}
