from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from vigie.data.pace import PaceTable, Rates, Timeouts
from vigie.engine.facts import HostLook, ServiceLook
from vigie.probes import loop
from vigie.probes.gate import Gate
from vigie.probes.identify import Question, identify
from vigie.probes.look import Plan, Summary, Target, look
from vigie.probes.pace import Pace, RunBudget
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.settings import ProbeSettings
from vigie.probes.stop import StopSignal

from .servers import Listener

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
# Patient where an answer is expected, so that a loaded machine changes nothing; hurried where silence is.
PATIENT = Timeouts(connect=5.0, first_byte=5.0, other_first_byte=5.0, next_byte=5.0, conversation=10.0, handshake=10.0)
HURRIED = Timeouts(connect=1.0, first_byte=0.1, other_first_byte=0.05, next_byte=0.1, conversation=0.2, handshake=0.3)


def mandate(**changes: object) -> Mandate:
    values: dict[str, object] = {
        "reference": "test",
        "kind": MandateKind.LABORATORY,
        "signatory": "Directrice Exemple",
        "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=1),
        "networks": (ip_network("127.77.0.0/16"),),
        "names": frozenset({"valombre.example"}),
    }
    return Mandate(**(values | changes))  # type: ignore[arg-type]


def free_pace(**rates: float) -> Pace:
    row = Rates(rates.get("address", 1e6), rates.get("establishment", 1e6))
    return Pace(PaceTable(dict.fromkeys(Intensity, row), rates.get("run", 1e6), 0.0, PATIENT), RunBudget())


def settings(times: Timeouts = PATIENT, **changes: object) -> ProbeSettings:
    values = {"user_agent": "Vigie test (+https://example.org)", "helo": "scanner.example.org", "timeouts": times}
    return ProbeSettings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def look_at() -> Callable[..., tuple[HostLook, Summary]]:
    """Look at one address of the laboratory and return what was seen."""

    def act(
        address: str, *ports: int, given: Mandate | None = None, times: Timeouts = PATIENT
    ) -> tuple[HostLook, Summary]:
        hosts: list[HostLook] = []
        plan = Plan((Target(address, (), ports),), Scope([given or mandate()]), settings(times))
        summary = look(plan, stop=StopSignal(), clock=lambda: NOW, on_host=hosts.append, pace=free_pace())
        return hosts[0], summary

    return act


@pytest.fixture
def ask() -> Callable[..., ServiceLook]:
    """Ask one open port what it is, without a sweep; `hint` is what its number would suggest."""

    def act(
        server: Listener,
        hint: str | None = None,
        *,
        name: str | None = None,
        times: Timeouts = PATIENT,
        **changes: object,
    ) -> ServiceLook:
        gate = Gate(Scope([mandate(**changes)]), StopSignal(), free_pace(), lambda: NOW)
        return loop.run(identify(Question(server.address, server.port, name, hint), gate, settings(times)))

    return act
