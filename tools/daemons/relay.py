"""Run a program that listens on every address inside a network of its own, and bring the loopback to it.

python relay.py ADDRESS PORT[,PORT...] PROGRAM [ARGUMENT...]
"""

import asyncio
import fcntl
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
CHUNK = 64 * 1024
INSIDE = "--inside"

Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def join(opened: Open, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one conversation to the end, both ways."""
    with suppress(OSError):
        other_reader, other_writer = await opened()
        await asyncio.gather(pipe(reader, other_writer), pipe(other_reader, writer))
        other_writer.close()
    writer.close()


async def outside(address: str, ports: list[str]) -> None:
    """Open the ports once the program takes connections inside."""
    while not all(Path(f"{port}.socket").exists() for port in ports):
        await asyncio.sleep(0.05)
    for port in ports:
        opened = partial(asyncio.open_unix_connection, f"{port}.socket")
        await asyncio.start_server(partial(join, opened), address, int(port))
    await asyncio.Event().wait()


async def inside(ports: list[str]) -> None:
    for port in ports:
        opened = partial(asyncio.open_connection, "127.0.0.1", int(port))
        while True:
            try:
                _, writer = await opened()
                break
            except OSError:
                await asyncio.sleep(0.05)
        writer.close()
        await asyncio.start_unix_server(partial(join, opened), f"{port}.socket")
    await asyncio.Event().wait()


def wake_loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def main(arguments: list[str]) -> None:
    if arguments[0] == INSIDE:
        wake_loopback()
        subprocess.Popen(arguments[2:])
        asyncio.run(inside(arguments[1].split(",")))
    address, ports, *command = arguments
    own_network = ["unshare", "--user", "--map-root-user", "--net", "setpriv", "--pdeathsig", "TERM", "--"]
    program = subprocess.Popen([*own_network, sys.executable, __file__, INSIDE, ports, *command])
    loop = asyncio.new_event_loop()
    serving = loop.create_task(outside(address, ports.split(",")))
    loop.run_in_executor(None, program.wait).add_done_callback(lambda _: serving.cancel())
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
