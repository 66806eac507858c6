"""Leaks come in as counts and days: whose they are is never stored, nor anything that gives it back."""

import hashlib
import json
import sqlite3
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.factories import AssetFactory, EstablishmentFactory
from vigie.apps.assets.enums import LeakKind
from vigie.apps.assets.leaks import import_leaks, leaks_of
from vigie.apps.assets.models import Leak
from vigie.apps.audit.models import Event
from vigie.apps.registry.models import ImportRun
from vigie.engine.names import LeakFacts
from vigie.sources.faults import SourceUnreadable

PEOPLE = ("josephine.exemple", "bertrand.exemple")
CSV = (
    "Email;Password;Breach date\n"
    "josephine.exemple@valmorne.example;hunter-exemple;2026-03-01\n"
    "bertrand.exemple@mail.valmorne.example;swordfish-exemple;2026-09-14\n"
    "josephine.exemple@ailleurs.example;x;2026-01-01\n"
    "no address at all;x;2026-01-01\n"
    "josephine.exemple@valmorne.example;x;yesterday josephine.exemple\n"
)


@pytest.fixture
def owner(db):
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, kind="domain", value="valmorne.example")
    return owner


def bring_in(tmp_path, now, text=CSV, name="export.csv", **options):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return import_leaks(path=path, by="test", now=now, **({"kind": LeakKind.CREDENTIALS, "columns": {}} | options))


def test_lines_are_counted_for_the_domain_that_is_declared(owner, tmp_path, now):
    report = bring_in(tmp_path, now)
    [leak] = Leak.objects.all()
    assert (leak.domain, leak.count, leak.first_on, leak.last_on) == (
        "valmorne.example", 2, date(2026, 3, 1), date(2026, 9, 14),
    )  # fmt: skip
    assert (report.state, report.lines, report.added, report.bad) == ("applied", 5, 1, 3)
    assert Event.objects.filter(kind="import-done").count() == 1
    assert leaks_of(owner.pk) == {"valmorne.example": (LeakFacts("credentials", 2, date(2026, 9, 14)),)}


def test_the_same_again_changes_nothing_and_a_new_count_keeps_the_one_before(owner, tmp_path, now):
    bring_in(tmp_path, now)
    assert bring_in(tmp_path, now + timedelta(days=1)).state == "unchanged"
    later = now + timedelta(days=2)
    report = bring_in(tmp_path, later, "domain,count\nvalmorne.example,9\n")
    assert (report.changed, Leak.objects.current().get().count) == (1, 9)
    assert Leak.objects.known_at(now).get().count == 2


def test_a_dry_run_records_nothing_at_all(owner, tmp_path, now):
    report = bring_in(tmp_path, now, dry_run=True)
    assert (report.added, report.bad) == (1, 3)
    assert not Leak.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param('[{"user": "a@valmorne.example", "found at": "2026-02-03T10:00:00Z"}]', {}, id="json"),
        pytest.param('[{"compte": "a@valmorne.example", "quand": "2026-02-03"}]',
                     {"domain": "Compte", "day": "quand"}, id="json-mapped"),
        pytest.param("compte,quand\na@valmorne.example,2026-02-03\n", {"domain": "compte", "day": "Quand"}, id="csv"),
    ],
)  # fmt: skip
def test_columns_are_found_or_named(owner, tmp_path, now, text, columns):
    bring_in(tmp_path, now, text, columns=columns)
    assert Leak.objects.get().last_on == date(2026, 2, 3)


@pytest.mark.parametrize("text", ["", "[{", "a;b\n1;2\n"], ids=["empty", "cut-json", "no-domain"])
def test_a_file_of_no_use_is_refused_with_a_sentence(owner, tmp_path, now, text):
    with pytest.raises(SourceUnreadable):
        bring_in(tmp_path, now, text)


@pytest.mark.django_db(transaction=True)
def test_no_address_and_no_hash_of_one_is_anywhere_in_the_database(tmp_path, now, capsys):
    if connection.vendor != "sqlite":
        pytest.skip("reads the database file")
    AssetFactory(establishment=EstablishmentFactory(), kind="domain", value="valmorne.example")
    report = bring_in(tmp_path, now, name="josephine.exemple@valmorne.example.csv")
    # A file of one line: the digest of the file would be as good as that of the address.
    bring_in(tmp_path, now, "email\njosephine.exemple@valmorne.example\n", name="one.csv", kind=LeakKind.CODE)
    copy = tmp_path / "copy.sqlite3"
    with sqlite3.connect(copy) as target:
        connection.connection.backup(target)
    stored = copy.read_bytes() + json.dumps([row.reason for row in report.bad_rows]).encode()
    assert b"valmorne.example" in stored
    whole = ["email\njosephine.exemple@valmorne.example\n", CSV]
    addresses = [f"{person}@{place}valmorne.example" for person in PEOPLE for place in ("", "mail.")]
    for secret in (*PEOPLE, "hunter-exemple", "swordfish-exemple"):
        assert secret.encode() not in stored
    for text in (*addresses, *PEOPLE, *whole):
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False)
            assert digest.hexdigest().encode() not in stored
            assert digest.digest() not in stored
