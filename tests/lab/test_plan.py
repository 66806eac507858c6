"""The invented region: the same one each time, true to the layouts, and naming nobody."""

import itertools
from collections import Counter
from ipaddress import IPv4Address, ip_network

import pytest

from vigie.lab import draw, numbers, planted
from vigie.lab.faces import FACES
from vigie.lab.plan import PHASES, PORTS

PLAN = draw.make()
HOSTS = [host for establishment in PLAN.establishments for host in establishment.hosts]


def test_the_same_seed_gives_the_same_region_to_the_last_port():
    draw.make.cache_clear()
    assert draw.make() == PLAN
    assert draw.make(seed=7) != PLAN


def test_the_region_has_the_size_that_was_asked():
    services = sum(service.face(1) is not None for _, service in PLAN.listeners())
    assert len(PLAN.establishments) == 60
    assert 190 <= len(HOSTS) <= 260
    assert 560 <= services <= 660
    assert len({e.group for e in PLAN.establishments if e.group}) == 5
    assert any(e.group is None for e in PLAN.establishments)


def test_every_number_holds_its_check_digit_and_belongs_to_nobody():
    finess = [n for e in PLAN.establishments for n in (e.finess, *(site.finess for site in e.sites))]
    assert len(set(finess)) == len(finess)
    assert all(n.startswith("00") and len(n) == 9 and numbers.luhn_holds(n) for n in finess)
    for e in PLAN.establishments:
        assert e.siren.startswith("000")
        assert all(numbers.luhn_holds(n) for n in (e.siren, *(site.siret for site in e.sites)))
        assert (e.postal_code[:2], e.postal_code[-2:], len(e.postal_code)) == ("00", "99", 5)
        assert e.telephone.startswith("046571")


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        pytest.param("000050013", True, id="right"),
        pytest.param("000050014", False, id="wrong-digit"),
        pytest.param("2A0000014", False, id="letters"),
        pytest.param("", False, id="empty"),
    ],
)
def test_a_check_digit_is_recomputed(number, holds):
    assert numbers.luhn_holds(number) == holds


def test_names_are_unique_and_fit_the_cells_of_the_registry():
    names = [e.name for e in PLAN.establishments]
    assert len(set(names)) == 60
    assert all(len(site.name) <= 60 for e in PLAN.establishments for site in e.sites)


def test_every_address_is_of_the_loopback_and_of_one_owner():
    owners = Counter(host.address for host in HOSTS)
    assert set(owners.values()) == {1}
    assert all(IPv4Address(address) in ip_network("127.60.0.0/16") for address in owners)
    assert PLAN.outsider.address not in owners


def test_only_asked_ports_are_open_and_all_are_met():
    assert {service.port for _, service in PLAN.listeners()} == set(PORTS)
    assert all(port > 1024 for port in PORTS)


def test_every_face_is_planted_somewhere():
    assert {s.face(1).slug for _, s in PLAN.listeners() if s.face(1)} == set(FACES)


@pytest.mark.parametrize("face", FACES.values(), ids=lambda face: face.slug)
def test_a_weak_face_is_mended_by_one_that_is_not(face):
    if face.becomes:
        assert face.is_weak
        assert not FACES[face.becomes].is_weak
    if face.cves:
        assert face.product
        assert face.product.version


def test_the_region_goes_from_excellent_to_bad():
    found = Counter(planted.finess for planted in planted.expected(1))
    weaknesses = [found[e.finess] for e in PLAN.establishments if e.mandate]
    assert sum(count == 0 for count in weaknesses) >= 12
    assert sum(count >= 6 for count in weaknesses) >= 8
    sound = sum(not s.face(1).is_weak for _, s in PLAN.listeners() if s.face(1))
    assert sound / sum(1 for _, s in PLAN.listeners() if s.face(1)) > 0.6


def test_what_no_mandate_covers_counts_and_is_never_expected():
    forbidden = PLAN.forbidden()
    unasked = [e for e in PLAN.establishments if e.mandate is None]
    assert len(unasked) == 2
    assert {(PLAN.outsider.address, s.port) for s in PLAN.outsider.services} <= forbidden
    assert sum(bool(e.mandate and e.mandate.exclusions) for e in PLAN.establishments) == 1
    assert sum(bool(e.mandate and e.mandate.excluded_ports) for e in PLAN.establishments) == 1
    for phase in PHASES:
        seen = {(s.address, s.port) for s in planted.expected_services(phase)} | planted.unknown(phase)
        assert not forbidden & seen


def test_some_names_lead_nowhere_or_outside():
    known = PLAN.names()
    dead = [name for e in PLAN.establishments for name in e.dead_names]
    outside = [name for e in PLAN.establishments for name in e.outside_names]
    assert len(dead) == len(outside) == 1
    assert dead[0] not in known
    assert known[outside[0]] == PLAN.outsider.address


def test_mllp_is_proven_only_where_a_frame_is_allowed():
    allowed = {e.finess: e.mandate.allow_mllp_frame for e in PLAN.establishments if e.mandate}
    proven = {one.finess for one in planted.expected(1) if one.subject == "mllp-exposed"}
    assert proven
    assert all(allowed[finess] for finess in proven)
    assert planted.unknown(1) - planted.silent(1)


def test_a_third_of_what_is_weak_is_mended_a_few_vanish_and_one_appears():
    before, after = (
        {(h.address, s.port): s.face(phase) for h, s in PLAN.listeners() if s.face(phase)} for phase in (1, 2)
    )
    weak = [place for place, face in before.items() if face.is_weak and place not in PLAN.forbidden()]
    mended = [place for place in weak if place in after and not after[place].is_weak]
    assert len(mended) == len(weak) // 3
    assert len(before.keys() - after.keys()) == 4
    appeared = after.keys() - before.keys()
    assert [after[place].fails for place in appeared] == [("http-login-in-clear",)]


def test_one_mended_weakness_returns_in_the_third_phase():
    first, second, third = (planted.expected(phase) for phase in PHASES)
    returned = third - second
    assert returned
    assert len({(one.address, one.port) for one in returned}) == 1
    assert returned <= first


@pytest.mark.parametrize(("phase", "ports"), [(1, 0), (2, 4), (3, 4)])
def test_what_vanished_waits_and_is_expected_no_more(phase, ports):
    waiting = planted.waiting(phase)
    assert len({(one.address, one.port) for one in waiting}) == ports
    assert waiting <= planted.expected(1)
    assert not waiting & planted.expected(phase)


def test_a_wrong_name_is_a_fault_only_under_a_name():
    wrong = [one for one in planted.expected(1) if one.subject == "tls-name-mismatch"]
    assert wrong
    assert all(one.names and "" not in one.names for one in wrong)


def test_web_services_are_looked_at_once_by_address_and_once_by_name():
    services = sorted(planted.expected_services(1))
    for _, same in itertools.groupby(services, key=lambda s: (s.finess, s.address, s.port)):
        looks = list(same)
        assert not looks[0].name
        if looks[0].service not in {"http", "https", "fhir"}:
            assert len(looks) == 1


@pytest.mark.parametrize("phase", PHASES)
def test_known_vulnerabilities_belong_to_a_planted_product(phase):
    products = {(one.address, one.port) for one in planted.expected(phase) if one.kind == "product"}
    assert {(address, port) for address, port, _ in planted.cves(phase)} == products


def test_another_network_moves_every_address():
    moved = draw.make(network="127.64")
    assert all(host.address.startswith("127.64.") for host, _ in moved.listeners())
    assert [e.finess for e in moved.establishments] == [e.finess for e in PLAN.establishments]
