"""vigie-sweep itself, with one capability, between two namespaces: what it finds, and every packet that it sends."""

import dataclasses
import subprocess
import sys
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from socket import SHUT_WR

import numpy as np
import pytest

from vigie.probes.raw.plan import DONE, END, OPEN, READY, RECORD, REFUSED, SENT, STOPPED, WITHHELD, Pace, Plan
from vigie.probes.raw.run import Sweep

from .conftest import NETWORK, NETWORK_6, open_ports, spawned

KEY = bytes(range(16))
OPENED, CLOSED = (8000, 8001), (8002, 8003, 8004)
NONE_6 = np.empty((0, 16), dtype=np.uint8)


def octets(*addresses):
    packed = [ip_address(address).packed for address in addresses]
    return np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), -1)


def plan(**changes):
    values = {
        "hosts4": octets(*(f"10.64.{n // 200}.{n % 200 + 1}" for n in range(300))),
        "hosts6": octets(*(f"fd64::{n:x}" for n in range(1, 50))),
        "ports": OPENED + CLOSED,
        "allow": (NETWORK, NETWORK_6),
        "exclude": (),
        "pace": Pace(1e6, 1e6),
        "key": KEY,
        "wait_seconds": 0.3,
    }
    return Plan(**(values | changes))


def swept(ground, asked):
    """All that one vigie-sweep tells of a plan, and its exit code."""
    stream, process = spawned(ground)
    stream.sendall(bytes(asked))
    parts = []
    while part := stream.recv(1 << 20):
        parts.append(part)
    stream.close()
    _, complaint = process.communicate(timeout=20)
    return np.frombuffer(b"".join(parts), dtype=RECORD), process.returncode, complaint.decode()


def kinds(records, kind):
    return {(int(one["host"]), int(one["port"])) for one in records[records["kind"] == kind]}


def test_every_open_and_every_closed_port_is_found_and_each_host_sees_one_question_a_port(ground, counted):
    with open_ports(ground, *OPENED):
        records, code, _ = swept(ground, plan())
    assert code == 0
    assert records["kind"][0] == READY
    hosts = range(349)
    assert kinds(records, OPEN) == {(host, port) for host in hosts for port in OPENED}
    assert kinds(records, REFUSED) == {(host, port) for host in hosts for port in CLOSED}
    assert (records[-1]["kind"], records[-1]["reason"], records[-1]["place"]) == (END, DONE, 349 * 5 * 2)
    found = counted()
    assert set(found.places().values()) == {1}
    assert len(found.places()) == 349 * 5
    # For each that took the connection our kernel resets it at once; there is nothing else, and no byte of data.
    resets = [one for one in found.packets if one.flags == 0x04]
    assert len(resets) == 349 * len(OPENED)
    assert len(found.packets) == 349 * 5 + len(resets)
    assert not any(one.data for one in found.packets)


def test_what_is_silent_is_asked_a_second_time_and_never_a_third(ground, counted):
    # Outside what the far end answers for: its kernel drops them without a word.
    nowhere = octets("10.255.0.77", "10.255.0.78")
    subprocess.run(["ip", "-n", ground.near, "route", "add", "10.255.0.76/30", "via", "10.255.0.2"], check=True)
    records, code, _ = swept(ground, plan(hosts4=nowhere, hosts6=NONE_6, allow=("10.255.0.76/30",), ports=(80,)))
    subprocess.run(["ip", "-n", ground.near, "route", "del", "10.255.0.76/30"], check=True)
    assert code == 0
    assert not kinds(records, OPEN) | kinds(records, REFUSED)
    assert set(counted().places().values()) == {2}


def test_one_number_resumes_it(ground, counted):
    whole = plan(hosts6=NONE_6, tries=1)
    with open_ports(ground, *OPENED):
        stream, process = spawned(ground)
        stream.sendall(bytes(dataclasses.replace(whole, credit=0)) + b"700\n")
        told = b""
        while len(told) < 700 * RECORD.itemsize:  # until the answers to all 700 have come
            told += stream.recv(1 << 16)
        stream.shutdown(SHUT_WR)
        while part := stream.recv(1 << 16):
            told += part
        stream.close()
        process.communicate(timeout=10)
        first = np.frombuffer(told, dtype=RECORD)
        rest, _, _ = swept(ground, dataclasses.replace(whole, start=int(first[-1]["place"])))
    assert (first[-1]["kind"], first[-1]["reason"], first[-1]["place"]) == (END, STOPPED, 700)
    assert process.returncode == 3
    both = [kinds(part, kind) for kind in (OPEN, REFUSED) for part in (first, rest)]
    assert sum(map(len, both)) == len(set().union(*both)) == 300 * 5
    places = counted().places()
    assert set(places.values()) == {1}
    assert len(places) == 300 * 5


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"hosts4": octets("10.64.0.1", "10.65.0.1")}, id="one-address-outside"),
        pytest.param({"exclude": ("10.64.1.0/24",)}, id="an-excluded-range"),
        pytest.param({"allow": ()}, id="no-consent"),
    ],
)
def test_a_corrupted_plan_sends_nothing_at_all(ground, counted, changes):
    records, code, complaint = swept(ground, plan(**changes))
    assert code == 2
    assert "outside its own consent: nothing is sent" in complaint
    assert records["kind"].tolist() == [READY]
    assert counted().packets == []


def test_a_plan_altered_on_the_way_sends_nothing(ground, counted):
    data = bytearray(bytes(plan()))
    data[-5] ^= 1
    _, code, complaint = swept(ground, data)
    assert code == 2
    assert "altered on its way" in complaint
    assert counted().packets == []


def test_a_fault_above_the_consent_sends_nothing(ground, counted, monkeypatch):
    """The builder of packets itself goes wrong: the door reads the finished bytes, and lets none of them out."""
    from tools.namespaces import inside

    from vigie.probes.raw import run

    build = run.questions

    def wrong(addresses, *rest):
        addresses = addresses.copy()
        addresses[-1, 1] ^= 1  # 10.65: answered for by the far end, and allowed by nobody
        return build(addresses, *rest)

    monkeypatch.setattr(run, "questions", wrong)
    told = []

    class Free:
        def credit(self):
            return None

        def stopped(self):
            return False

        def fileno(self):
            return -1

    with inside(ground.near):
        sockets = run.Sockets(61001)
        Sweep(plan(hosts6=NONE_6), sockets, Free(), told.extend).run()
        sockets.close()
    assert (told[-1]["kind"], told[-1]["reason"]) == (END, WITHHELD)
    assert counted().packets == []


def test_its_own_pace_holds_whatever_credit_it_is_given(ground, counted):
    """40 a second to one address: with one address that is the whole pace."""
    alone = plan(hosts4=octets("10.64.0.9"), hosts6=NONE_6, pace=Pace(1e6, 40), ports=tuple(range(9000, 9040)))
    _, code, _ = swept(ground, alone)
    assert code == 0
    times = [one.at for one in counted().questions]
    assert len(times) == 40
    assert times[-1] - times[0] >= 39 / 40 * 0.98
    assert min(b - a for a, b in pairwise(times)) >= 0.4 / 40


def test_no_credit_no_packet_and_a_lost_caller_is_a_stop(ground, counted):
    stream, process = spawned(ground)
    stream.sendall(bytes(plan(credit=0)))
    assert stream.recv(16)
    stream.close()
    assert process.wait(5) != 0
    process.stderr.close()
    assert counted().packets == []


def test_the_process_has_no_capability_left_when_it_reads_the_plan(ground):
    stream, process = spawned(ground)
    assert np.frombuffer(stream.recv(16), dtype=RECORD)["kind"][0] == READY
    status = Path(f"/proc/{process.pid}/status").read_text()
    lines = dict(line.split(":\t", 1) for line in status.splitlines())
    stream.close()
    process.communicate(timeout=10)
    assert {lines[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {"0" * 16}
    assert lines["NoNewPrivs"] == "1"


def test_sent_tells_how_far_it_is(ground):
    records, _, _ = swept(ground, plan(hosts6=NONE_6))
    places = records["place"][records["kind"] == SENT].tolist()
    assert places == sorted(places)
    assert places[-1] == 300 * 5 * 2


def test_without_the_capability_it_says_so_and_ends(ground):
    done = subprocess.run(
        ["setpriv", "--bounding-set=-all", sys.executable, "-m", "vigie.probes.raw", "--check"],
        capture_output=True,
        timeout=20,
    )
    assert done.returncode == 1
    assert b"give it CAP_NET_RAW (docs/runbooks/sweep.md)" in done.stderr
