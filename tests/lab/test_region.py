"""The files of the region are those that the ordinary import reads."""

import csv
from ipaddress import ip_address, ip_network

import openpyxl
import pytest

from vigie.lab import draw, region

PLAN = draw.make()


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> region.RegionFiles:
    return region.write(tmp_path_factory.mktemp("region") / "made", PLAN)


def rows(path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def test_entities_follow_the_layout(files):
    stamp, *lines = rows(files.entities)
    assert stamp == ["finess", "etalab", "1", "2026-11-01"]
    assert len(lines) == 60
    assert {(line[0], len(line)) for line in lines} == {("structureej", 23)}
    assert {line[13] for line in lines} == {"X1", "X2", "X3"}
    assert all(len(line[2]) <= 38 and len(line[3]) <= 60 and len(line[14]) <= 24 for line in lines)


def test_sites_follow_the_layout_and_their_positions_come_after(files):
    _, *lines = rows(files.sites)
    entities = {line[1] for line in rows(files.entities)[1:]}
    sites = [line for line in lines if line[0] == "structureet"]
    positions = [line for line in lines if line[0] == "geolocalisation"]
    assert {len(line) for line in sites} == {32}
    assert {len(line) for line in positions} == {6}
    assert {line[2] for line in sites} == entities
    assert [line[1] for line in sites] == [line[1] for line in positions]
    assert lines == sites + positions


def test_the_list_of_groups_opens_as_a_workbook(files):
    book = openpyxl.load_workbook(files.groups, read_only=True)
    header, *lines = book.active.iter_rows(values_only=True)
    book.close()
    assert header[:4] == ("REGION", "DENOMINATION GHT", "CODE GHT", "FINESS")
    members = {line[3] for line in lines}
    assert members == {e.finess for e in PLAN.establishments if e.group}
    assert {line[8] for line in lines} == {"GHT", "PRIVE", "AUTRE"}


def test_the_perimeter_declares_every_machine_that_has_an_owner(files):
    header, *lines = rows(files.perimeter)
    assert header == ["finess", "kind", "value", "label", "exchanges_care_data"]
    single = {line[2] for line in lines if line[1] == "address"}
    ranges = [ip_network(line[2]) for line in lines if line[1] == "range"]
    names = {line[2] for line in lines if line[1] == "domain"}
    for establishment in PLAN.establishments:
        for host in establishment.hosts:
            assert host.address in single or any(ip_address(host.address) in network for network in ranges)
            assert not host.name or host.name in names
    assert PLAN.outsider.address not in single
    assert len(ranges) == 1


def test_mandates_are_of_the_laboratory_kind_and_two_establishments_have_none(files):
    header, *lines = rows(files.mandates)
    mandates = [dict(zip(header, line, strict=True)) for line in lines]
    assert len(mandates) == 58
    assert {m["kind"] for m in mandates} == {"laboratory"}
    assert {(m["from"], m["until"]) for m in mandates} == {("2026-01-01", "2036-01-01")}
    assert {m["allow_mllp_frame"] for m in mandates} == {"true", "false"}
    assert max(m["excluded_ports"] for m in mandates) == "2222"


def test_writing_again_gives_the_same_text(files, tmp_path):
    again = region.write(tmp_path, PLAN)
    for one, other in ((files.entities, again.entities), (files.sites, again.sites), (files.mandates, again.mandates)):
        assert one.read_bytes() == other.read_bytes()
