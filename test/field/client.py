"""A python-socketio client that reconnects, for the tests of this folder.

It prints what happens to it, an object a line, and ends with its input.
"""

import json
import os
import sys
import threading

import socketio

client = socketio.Client()


def say(what, value=None):
    print(json.dumps({what: value}), flush=True)


# Its packets are parsed in threads of their own.
threading.excepthook = lambda failure: say('error', str(failure.exc_value))


@client.event
def connect():
    say('connect', client.get_sid())


@client.event
def disconnect():
    say('disconnect')


@client.on('*')
def event(*args):
    say('event', args)


client.connect(sys.argv[1], transports=sys.argv[2:])
say('ready')
sys.stdin.read()
os._exit(0)  # its threads would wait for their sleep to end
