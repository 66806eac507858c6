"""The columnar image answers as the database does, and is never used once something changed."""

import json
import random
from datetime import timedelta

import pytest

from tests.factories import (
    DepartmentFactory,
    EstablishmentFactory,
    GroupFactory,
    MembershipFactory,
    PairFactory,
    RegionFactory,
    ServiceFactory,
    VulnerabilityFactory,
)
from vigie.apps.observatory import image, image_building
from vigie.apps.observatory.enums import ImageState
from vigie.apps.observatory.exposed import exposed_to
from vigie.apps.scans import presence
from vigie.apps.scans.models import PresenceChange
from vigie.apps.vulns.models import PairMatch

pytestmark = pytest.mark.django_db

VERDICTS = ("affected", "conditional", "unknown", "fixed")


def nation(dice, now):
    """A few establishments in two regions and two groups, with services of a few products, and their verdicts."""
    elsewhere = DepartmentFactory(code="Y1", parent=RegionFactory(code="Y1", name="Outre-Valombre"))
    places = [{}, {"department": elsewhere}, {"department": None}]
    rows = [EstablishmentFactory(**dice.choice(places)) for _ in range(dice.randint(1, 6))]
    groups = [GroupFactory(code=code) for code in ("VA-01", "VA-02")]
    pairs = [
        *(PairFactory(vendor="fortinet", product="fortios", version=f"7.0.{n}") for n in range(2)),
        *(PairFactory(version=f"9.{n}p1") for n in range(3)),
    ]
    told = VulnerabilityFactory(cve="CVE-2099-0001")
    for pair in pairs:
        verdict = dice.choice(VERDICTS)
        PairMatch.objects.create(pair=pair, vulnerability=told, verdict=verdict, source="nvd", evidence="x", since=now)
    for row in rows:
        for group in dice.sample(groups, dice.randint(0, 2)):
            MembershipFactory(establishment=row, group=group, recorded_at=now - timedelta(days=9))
        for port in range(dice.randint(0, 4)):
            service = ServiceFactory(establishment=row, pair=dice.choice(pairs), port=1000 + port)
            service.other_pairs.set(dice.sample(pairs, dice.randint(0, 2)))
    presence.recount(by="test", now=now)
    return told


@pytest.mark.parametrize("seed", range(24))
def test_image_database_and_past_give_one_answer(seed, now, tmp_path):
    dice = random.Random(seed)
    told = nation(dice, now)
    image_building.build(tmp_path, now=now)
    most = dice.choice([None, 0, 1, 3])
    from_database = exposed_to(told, now, past=False, most=most)
    fresh = image.read(tmp_path)
    assert fresh.state is ImageState.FRESH
    assert exposed_to(told, now, past=False, most=most, image=fresh.image) == from_database
    assert exposed_to(told, now, past=True, most=most, image=fresh.image) == from_database
    named_one_by_one = {row.finess for row in exposed_to(told, now, past=False).establishments}
    assert len(named_one_by_one) == from_database.nation.total


@pytest.fixture
def shown(now):
    """One exposed establishment, and a question about it."""
    service = ServiceFactory()
    told = VulnerabilityFactory(cve="CVE-2099-0001")
    PairMatch.objects.create(
        pair=service.pair, vulnerability=told, verdict="affected", source="nvd", evidence="x", since=now
    )
    return service


def another(now):
    return ServiceFactory(first_seen=now)


def imported(now):
    EstablishmentFactory()


def joined(now):
    MembershipFactory(recorded_at=now)


@pytest.mark.parametrize("change", [another, imported, joined])
def test_a_change_makes_it_stale_and_a_stale_image_does_not_answer(shown, now, tmp_path, change):
    assert image.read(tmp_path).state is ImageState.ABSENT
    image_building.build(tmp_path, now=now)
    assert image.read(tmp_path).state is ImageState.FRESH
    change(now)
    reading = image.read(tmp_path)
    assert (reading.state, reading.image) == (ImageState.STALE, None)
    assert reading.manifest.spoken_at == now
    assert image_building.refresh(tmp_path, now=now) is not None
    assert image_building.refresh(tmp_path, now=now) is None


def test_a_change_that_commits_behind_the_last_one_is_noticed(shown, now, tmp_path):
    """On PostgreSQL the numbers are given before the commit: a smaller one may appear later."""
    PresenceChange.objects.create(pk=900, establishment=shown.establishment, at=now)
    image_building.build(tmp_path, now=now)
    PresenceChange.objects.create(pk=899, establishment=shown.establishment, at=now)
    assert image.read(tmp_path).state is ImageState.STALE


def test_what_changed_is_read_again_and_the_rest_is_kept(shown, now, tmp_path):
    for _ in range(9):
        ServiceFactory()
    image_building.build(tmp_path, now=now)
    PresenceChange.objects.all().delete()
    manifest = image.manifest_of(tmp_path)
    fresh = ServiceFactory(establishment=shown.establishment, pair=PairFactory(version="9.9p1"))
    made = image_building.build(tmp_path, now=now)
    patched = image.read(tmp_path).image.presence()
    assert made.rows == manifest.rows + 1
    assert fresh.pair_id in patched["pair"]
    image_building.build(tmp_path, now=now, whole=True)
    whole = image.read(tmp_path).image.presence()
    assert all((patched[column] == whole[column]).all() for column in whole)


@pytest.mark.parametrize("damage", ["{", "[]", json.dumps({"name": "x"}), "manifest-of-another-version"])
def test_a_damaged_image_is_told_and_made_again(shown, now, tmp_path, damage):
    image_building.build(tmp_path, now=now)
    path = tmp_path / "image" / "current.json"
    if damage == "manifest-of-another-version":
        damage = json.dumps({**json.loads(path.read_text()), "format": 0})
    path.write_text(damage)
    assert image.read(tmp_path).state is ImageState.UNREADABLE
    image_building.refresh(tmp_path, now=now)
    assert image.read(tmp_path).state is ImageState.FRESH


def test_a_file_that_was_cut_is_unreadable(shown, now, tmp_path):
    made = image_building.build(tmp_path, now=now)
    file = tmp_path / "image" / made.name / "presence.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    assert image.read(tmp_path).state is ImageState.UNREADABLE


def test_an_image_once_read_answers_even_when_its_files_go(shown, now, tmp_path):
    made = image_building.build(tmp_path, now=now)
    reading = image.read(tmp_path)
    (tmp_path / "image" / made.name / "presence.parquet").unlink()
    told = VulnerabilityFactory(cve="CVE-2099-0001")
    assert exposed_to(told, now, past=False, image=reading.image).nation.affected == 1


def test_the_last_image_stays_for_who_reads_it_and_older_ones_go(shown, now, tmp_path):
    names = [image_building.build(tmp_path, now=now).name for _ in range(3)]
    assert sorted(path.name for path in (tmp_path / "image").iterdir() if path.is_dir()) == sorted(names[1:])
