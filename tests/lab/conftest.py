"""A small laboratory: one machine for each face, served for the whole module on addresses of its own."""

import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from vigie.lab.faces import FACES, Face
from vigie.lab.laboratory import Laboratory
from vigie.lab.plan import Establishment, Host, Mandate, Plan, Service
from vigie.lab.towns import CH

PORT = 2222
NETWORK = f"127.{100 + os.getpid() % 50}"  # two runs side by side do not meet
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def address_of(slug: str) -> str:
    return f"{NETWORK}.1.{list(FACES).index(slug) + 1}"


def owner(hosts: tuple[Host, ...], mandate: Mandate | None) -> Establishment:
    return Establishment(
        "001000009",
        "000100008",
        "Centre de test",
        CH,
        "Corbelance",
        "X1",
        "00199",
        "0465711000",
        None,
        (),
        hosts,
        mandate,
    )


def small_plan(network: str = NETWORK) -> Plan:
    """Every face on a machine of its own, and two that change: one mended, one that vanishes and one that appears."""

    def host(face: Face) -> Host:
        name = f"{face.slug.replace('.', '-')}.test.valombre.example"
        return Host(f"{network}.1.{list(FACES).index(face.slug) + 1}", name, "test", (Service(PORT, (face,) * 3),))

    weak, sound = FACES["http-apache-2.4.49"], FACES["http-apache"]
    changing = (
        Host(f"{network}.2.1", "", "mended", (Service(PORT, (weak, sound, weak)),)),
        Host(f"{network}.2.2", "", "vanishes", (Service(PORT, (sound, None, None)),)),
        Host(f"{network}.2.3", "", "appears", (Service(PORT, (None, weak, weak)),)),
    )
    hosts = (*(host(face) for face in FACES.values()), *changing)
    unasked = Host(f"{network}.3.1", "", "no mandate", (Service(PORT, (FACES["silent"],) * 3),))
    outsider = Host(f"{network}.0.99", "", "", ())
    return Plan(network, (owner(hosts, Mandate("Direction")), owner((unasked,), None)), outsider)


class Running:
    """A laboratory on an event loop of its own, in a thread: the tests are its clients."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def turn(self, phase: int) -> None:
        async def turn() -> None:
            self.laboratory.set_phase(phase)

        self.call(turn())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("lab")
    served = Running(Laboratory(small_plan(), home, NOW))
    served.call(served.laboratory.start())
    yield served
    served.call(served.laboratory.stop())
    served.close()
