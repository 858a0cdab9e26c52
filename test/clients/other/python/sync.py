"""A python-socketio client with threads, steered by a test."""

import sys

import socketio

from lines import arguments, commands, say

# The client handles each packet in a thread of its own. Their order is that of
# the packets only as long as none is interrupted, which this sees to.
sys.setswitchinterval(60)

client = socketio.Client(reconnection=False)


@client.event
def connect():
    say('connect', client.get_sid())


@client.event
def connect_error(reason):
    say('error', reason)


@client.event
def disconnect():
    say('disconnect', None)


@client.on('*')
def event(*args):
    say('event', args)


url, transports = arguments()
client.connect(url, transports=transports)
for command in commands():
    if 'emit' in command:
        name, *args = command['emit']
        client.emit(name, tuple(args))
    elif 'state' in command:
        say('state', {'transport': client.transport(), 'session': client.eio.sid})
    else:
        client.disconnect()
