"""Two network namespaces and a cable: what leaves is counted at the other end. Skipped with a sentence elsewhere."""

import os
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET6, AF_PACKET, SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, htons, socket, socketpair
from time import monotonic

import pytest
from tools.namespaces import Pair, inside, pair, why_not

NETWORK, NETWORK_6 = "10.64.0.0/16", "fd64::/64"
_SO_RCVBUFFORCE, _SOL_PACKET, _PACKET_STATISTICS = 33, 263, 6
_EVERY_PROTOCOL, _OUTGOING = 0x0003, 4
_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(pytest.mark.namespaces)
            item.add_marker(pytest.mark.allow_hosts(["10.0.0.0/8", "fd00::/8", "127.0.0.0/8", "::1"]))


@dataclass(frozen=True, slots=True)
class Packet:
    at: float
    address: str  # where it goes
    protocol: int  # 6 TCP, 17 UDP
    port: int
    flags: int  # of TCP; 0 of another
    data: int  # bytes above TCP


@dataclass
class Counted:
    """Every IP packet that reached the far end of the cable, its own neighbour discovery apart."""

    packets: list[Packet] = field(default_factory=list)

    @property
    def questions(self) -> list[Packet]:
        return [one for one in self.packets if one.protocol == 6 and one.flags & 0x12 == 0x02]

    def places(self) -> Counter[tuple[str, int]]:
        return Counter((one.address, one.port) for one in self.questions)


@pytest.fixture(scope="session")
def ground() -> Iterator[Pair]:
    """Two namespaces; behind the far one, every address of two networks answers like a machine."""
    if reason := why_not():
        if os.environ.get("VIGIE_REQUIRE_NAMESPACES") == "1":
            pytest.fail(f"{reason}, and VIGIE_REQUIRE_NAMESPACES=1 asks for them")
        pytest.skip(reason)
    with pair("10.64.0.0/15", "fd64::/63") as made:
        for network in ("10.64.0.0/15", "fd64::/63"):
            made.local(network)
        yield made


@pytest.fixture
def counted(ground: Pair) -> Callable[[], Counted]:
    """Count what arrives from now on, `so_far`; the call ends it and gives it."""
    with inside(ground.far):
        tap = socket(AF_PACKET, SOCK_DGRAM, htons(_EVERY_PROTOCOL))
    tap.bind(("far", _EVERY_PROTOCOL))
    tap.setsockopt(SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
    tap.settimeout(0.05)
    found, ends = Counted(), threading.Event()

    def count() -> None:
        while True:
            try:
                data, origin = tap.recvfrom(2048)
            except TimeoutError:
                if ends.is_set():
                    return
                continue
            if origin[2] != _OUTGOING and (packet := _read(data)):
                found.packets.append(packet)

    thread = threading.Thread(target=count)
    thread.start()

    def end() -> Counted:
        ends.set()
        thread.join()
        _, missed = struct.unpack("=II", tap.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        assert not missed, f"{missed} packets were not counted: this proof is none"
        return found

    end.so_far = found.packets
    try:
        yield end
    finally:
        ends.set()
        thread.join()
        tap.close()


def _read(data: bytes) -> Packet | None:
    """None for what is not TCP or UDP: ARP and neighbour discovery."""
    if data[0] >> 4 == 4:
        head, protocol, address = (data[0] & 15) * 4, data[9], str(ip_address(data[16:20]))
    elif data[0] >> 4 == 6 and len(data) >= 40:
        head, protocol, address = 40, data[6], str(ip_address(data[24:40]))
    else:
        return None
    if protocol not in {6, 17}:
        return None
    port = int.from_bytes(data[head + 2 : head + 4], "big")
    if protocol == 17:
        return Packet(monotonic(), address, protocol, port, 0, len(data) - head - 8)
    return Packet(monotonic(), address, 6, port, data[head + 13], len(data) - head - (data[head + 12] >> 4) * 4)


@contextmanager
def open_ports(ground: Pair, *ports: int) -> Iterator[None]:
    """Listen there on every address of the far end; whoever connects is let go at once."""
    servers = []
    with inside(ground.far):
        for port in ports:
            server = socket(AF_INET6, SOCK_STREAM)
            server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            server.bind(("::", port))
            server.listen(4096)
            servers.append(server)
    try:
        yield
    finally:
        for server in servers:
            server.close()


def spawned(ground: Pair) -> tuple[socket, subprocess.Popen[bytes]]:
    """A vigie-sweep of the near end, with the one capability and no other, and the stream to it."""
    ours, its = socketpair()
    only = ["--inh-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"]
    # Still root by number, for an interpreter that root alone may read; of its powers, nothing is left.
    command = ["setpriv", *only, sys.executable, "-m", "vigie.probes.raw"]
    with inside(ground.near):
        process = subprocess.Popen(command, stdin=its, stdout=its, stderr=subprocess.PIPE)
    its.close()
    return ours, process


@pytest.fixture
def dial(ground: Pair) -> Iterator[Callable[[], socket]]:
    processes = []

    def act() -> socket:
        stream, process = spawned(ground)
        processes.append(process)
        return stream

    yield act
    for process in processes:
        process.wait(10)
        process.stderr.close()
