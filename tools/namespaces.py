"""Two network namespaces joined by a cable: one that looks, one that is looked at. Needs root and iproute2."""

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNET = 0x40000000
# Where the looking end and the other one have their cable; what is looked at lies behind the other one.
NEAR, FAR = "10.255.0.1", "10.255.0.2"
_MAC = {"near": "02:00:00:00:00:01", "far": "02:00:00:00:00:02"}
NEAR_6, FAR_6 = "fd00:ffff::1", "fd00:ffff::2"


@dataclass(frozen=True, slots=True)
class Pair:
    near: str  # names of namespaces
    far: str

    def local(self, network: str) -> None:
        """Make the far kernel answer for every address of this network, as if they were its own."""
        _ip("-n", self.far, "route", "add", "local", network, "dev", "lo")


def why_not() -> str:
    """Why namespaces cannot be made here, "" when they can."""
    if shutil.which("ip") is None:
        return "the command ip (iproute2) is not on this machine"
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    try:
        with _pair():
            return ""
    except subprocess.CalledProcessError as error:
        return f"network namespaces cannot be made here ({error.stderr.decode().strip()})"


@contextmanager
def pair(*networks: str) -> Iterator[Pair]:
    """The two, with a route from the near one to these networks behind the far one. Removed at the end."""
    with _pair() as made:
        for network in networks:
            via = FAR_6 if ":" in network else FAR
            _ip("-n", made.near, "route", "add", network, "via", via)
        yield made


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Sockets that this thread opens meanwhile, and threads and processes that it starts, belong to the namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
        yield
    finally:
        libc.setns(here, _CLONE_NEWNET)
        os.close(here)
        os.close(there)


@contextmanager
def _pair() -> Iterator[Pair]:
    own = f"vigie{os.getpid()}"
    made = Pair(f"{own}a", f"{own}b")
    try:
        for name in (made.near, made.far):
            _ip("netns", "add", name)
        _ip("-n", made.near, "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", made.far)
        for name, link, address, address_6 in (
            (made.near, "near", NEAR, NEAR_6),
            (made.far, "far", FAR, FAR_6),
        ):
            for setting in ("conf.all", f"conf.{link}"):
                _setting(name, f"ipv6.{setting}.accept_dad", "0")
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", link)
            _ip("-n", name, "addr", "add", f"{address_6}/64", "dev", link, "nodad")
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "link", "set", link, "address", _MAC[link], "up")
            other, *addresses = ("far", FAR, FAR_6) if link == "near" else ("near", NEAR, NEAR_6)
            for neighbour in addresses:
                # Known beforehand: what waits for an answer to ARP is dropped by the hundred.
                _ip("-n", name, "neigh", "replace", neighbour, "lladdr", _MAC[other], "dev", link, "nud", "permanent")
        yield made
    finally:
        for name in (made.near, made.far):
            if Path(f"/run/netns/{name}").exists():
                _ip("netns", "delete", name)


def _setting(namespace: str, name: str, value: str) -> None:
    with inside(namespace):
        # The folder of the thread's own namespace: /proc/sys/net follows who reads it.
        Path("/proc/sys/net", *name.split(".")).write_text(value)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=20)


__all__ = ["FAR", "FAR_6", "NEAR", "NEAR_6", "Pair", "inside", "pair", "why_not"]
