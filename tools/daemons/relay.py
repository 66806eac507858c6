"""Run a program that listens on every address inside a network of its own, and bring the loopback to it.

python relay.py ADDRESS PORT[,PORT...] PROGRAM [ARGUMENT...]; "udp:PORT" is a port without connections.
"""

import asyncio
import errno
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


def carry(near: socket.socket, far: socket.socket, there: str) -> None:
    """Bring the datagrams that come to `near` to `there`, and those that come back to whoever spoke last."""
    speaker: list[tuple[str, int]] = []

    def to() -> None:
        data, who = near.recvfrom(CHUNK)
        speaker[:] = [who]
        with suppress(OSError):
            far.sendto(data, there)

    def back() -> None:
        data = far.recv(CHUNK)
        if speaker:
            near.sendto(data, *speaker)

    loop = asyncio.get_running_loop()
    loop.add_reader(near, to)
    loop.add_reader(far, back)


def datagrams(port: str, end: str) -> socket.socket:
    """One end of what joins the two networks; each end has a name of its own."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(f"{port}.{end}")
    return made


async def outside_datagrams(address: str, port: str) -> None:
    while not Path(f"{port}.in").exists():
        await asyncio.sleep(0.05)
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.bind((address, int(port)))
    carry(near, datagrams(port, "out"), f"{port}.in")


async def inside_datagrams(port: str) -> None:
    while is_free(int(port)):
        await asyncio.sleep(0.05)
    program = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    program.connect(("127.0.0.1", int(port)))
    joint = datagrams(port, "in")
    loop = asyncio.get_running_loop()
    loop.add_reader(joint, lambda: program.send(joint.recv(CHUNK)))

    def back() -> None:
        with suppress(OSError):
            joint.sendto(program.recv(CHUNK), f"{port}.out")

    loop.add_reader(program, back)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
        return True


def split(ports: str) -> tuple[list[str], list[str]]:
    """Those with connections, and those without."""
    all_of_them = ports.split(",")
    without = [port.removeprefix("udp:") for port in all_of_them if port.startswith("udp:")]
    return [port for port in all_of_them if not port.startswith("udp:")], without


async def outside(address: str, all_of_them: str) -> None:
    """Open the ports once the program takes connections inside."""
    ports, without = split(all_of_them)
    for port in without:
        await outside_datagrams(address, port)
    while not all(Path(f"{port}.socket").exists() for port in ports):
        await asyncio.sleep(0.05)
    for port in ports:
        opened = partial(asyncio.open_unix_connection, f"{port}.socket")
        await asyncio.start_server(partial(join, opened), address, int(port))
    await asyncio.Event().wait()


async def inside(all_of_them: str) -> None:
    ports, without = split(all_of_them)
    for port in without:
        await inside_datagrams(port)
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
        asyncio.run(inside(arguments[1]))
    address, ports, *command = arguments
    own_network = ["unshare", "--user", "--map-root-user", "--net", "setpriv", "--pdeathsig", "TERM", "--"]
    program = subprocess.Popen([*own_network, sys.executable, __file__, INSIDE, ports, *command])
    loop = asyncio.new_event_loop()
    serving = loop.create_task(outside(address, ports))
    loop.run_in_executor(None, program.wait).add_done_callback(lambda _: serving.cancel())
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
