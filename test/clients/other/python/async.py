"""A python-socketio client with asyncio, steered by a test."""

import asyncio

import socketio

from lines import arguments, commands, say


async def main():
    client = socketio.AsyncClient(reconnection=False)

    @client.event
    async def connect():
        say('connect', client.get_sid())

    @client.event
    async def connect_error(reason):
        say('error', reason)

    @client.event
    async def disconnect():
        say('disconnect', None)

    @client.on('*')
    async def event(*args):
        say('event', args)

    url, transports = arguments()
    await client.connect(url, transports=transports)
    async for command in following(commands()):
        if 'emit' in command:
            name, *args = command['emit']
            await client.emit(name, tuple(args))
        elif 'state' in command:
            say('state', {'transport': client.transport(), 'session': client.eio.sid})
        else:
            await client.disconnect()


async def following(iterator):
    """Iterates in a thread, so that the client is not held up."""
    end = object()
    while (item := await asyncio.to_thread(next, iterator, end)) is not end:
        yield item


asyncio.run(main())
