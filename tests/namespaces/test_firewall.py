"""The rules, applied: the kernel refuses what a wrong consent would have let out."""

import shutil
import subprocess
from ipaddress import ip_network

import pytest

from vigie.probes.firewall import egress_rules

from .conftest import NETWORK, NETWORK_6
from .test_raw_sweep import plan, swept


@pytest.fixture
def applied(ground):
    if shutil.which("nft") is None:
        pytest.skip("nft is not on this machine; it is an operator's choice")

    def act(*networks):
        rules = egress_rules([ip_network(n) for n in networks], [], range(8000, 8004), user="root")
        for _ in range(2):  # loading them again replaces them
            subprocess.run(
                ["ip", "netns", "exec", ground.near, "nft", "-f", "-"], input=rules.encode(), check=True, timeout=20
            )

    yield act
    subprocess.run(["ip", "netns", "exec", ground.near, "nft", "flush", "ruleset"], check=True, timeout=20)


def test_the_kernel_lets_out_what_the_rules_allow_and_nothing_else(ground, counted, applied):
    applied("10.64.0.0/24", "fd64::10/124")
    records, code, _ = swept(ground, plan())  # whose own consent is wider
    assert code == 0
    reached = {packet.address for packet in counted().questions}
    assert reached == {f"10.64.0.{n}" for n in range(1, 201)} | {f"fd64::{n:x}" for n in range(16, 32)}
    assert {packet.port for packet in counted().questions} == {8000, 8001, 8002, 8003}
    assert len(set(records["host"][records["kind"] == 2].tolist())) == 216


def test_rules_of_the_same_networks_hold_nothing_back(ground, counted, applied):
    applied(NETWORK, NETWORK_6)
    swept(ground, plan(ports=(8000, 8001)))
    assert len(counted().places()) == 349 * 2
