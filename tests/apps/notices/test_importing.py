from datetime import UTC, datetime

import openpyxl
import pytest

from tests.factories import EstablishmentFactory
from vigie.apps.audit.models import Event
from vigie.apps.jobs.models import Job
from vigie.apps.notices.importing import import_contacts
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.registry.models import ImportRun
from vigie.sources.faults import SourceUnreadable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
HEADER = "finess;role;nom;courriel;telephone;langue"


@pytest.fixture
def owner():
    return EstablishmentFactory()


def bring_in(folder, *lines, dry_run=False):
    path = folder / "contacts.csv"
    path.write_bytes("\n".join([HEADER, *lines, ""]).encode())
    return import_contacts(path=path, by="cli", now=NOW, dry_run=dry_run)


def test_contacts_are_declared_and_asked_to_confirm_their_address(owner, tmp_path):
    report = bring_in(
        tmp_path,
        f"{owner.finess};RSSI;Aline Exemple;aline@valmorne.example;01 23 45 67 89;fr",
        f"{owner.finess};Directrice;Dora Exemple;;01 23 45 67 88;",
    )
    assert (report.added, report.bad) == (2, 0)
    aline, dora = Contact.objects.order_by("pk")
    assert (aline.role, aline.telephone, aline.verified_at) == ("officer", "+33123456789", None)
    assert (dora.role, dora.language) == ("director", "fr")
    assert list(Notice.objects.values_list("contact", "kind")) == [(aline.pk, "verification")]


def test_the_same_file_again_adds_nobody_and_sends_nothing(owner, tmp_path):
    line = f"{owner.finess};officer;Aline Exemple;aline@valmorne.example;;"
    assert [bring_in(tmp_path, line).added for _ in range(2)] == [1, 0]
    assert Notice.objects.count() == 1


def test_a_dry_run_tells_the_same_and_leaves_nothing(owner, tmp_path):
    line = f"{owner.finess};officer;Aline Exemple;aline@valmorne.example;;"
    assert bring_in(tmp_path, line, "000;officer;X;;;", dry_run=True).added == 1
    for model in (Contact, Notice, ImportRun, Event, Job):
        assert not model.objects.exists(), model


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        pytest.param("officer;Aline\x0bBcc: x@y.example;a@valmorne.example;;", "not printed", id="header-in-the-name"),
        pytest.param("officer;Aline;a@valmorne.example%0d%0aBcc:x@y.example;;", "e-mail", id="header-in-the-address"),
        pytest.param("officer;=cmd|' /C calc'!A0;a@valmorne.example;;", "spreadsheet", id="formula"),
        pytest.param("officer;@SUM(A1);a@valmorne.example;;", "spreadsheet", id="formula-at"),
        pytest.param("pirate;Aline;a@valmorne.example;;", "not a role", id="role"),
        pytest.param("officer;Aline;;;", "at least one way", id="unreachable"),
    ],
)
def test_a_bad_line_is_left_out_and_told(owner, tmp_path, cells, says):
    report = bring_in(tmp_path, f"{owner.finess};{cells}", f"{owner.finess};officer;Aline;a@valmorne.example;;")
    assert (report.added, report.bad) == (1, 1)
    assert says in report.bad_rows[0].reason
    assert report.bad_rows[0].line == 2


def test_an_establishment_that_nobody_knows_is_told(tmp_path):
    report = bring_in(tmp_path, "000000018;officer;Aline;a@valmorne.example;;")
    assert "no legal entity of the registry" in report.bad_rows[0].reason


def test_a_workbook_is_read_as_well_below_its_title(owner, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Contacts 2026"],
        ["FINESS", "Rôle", "Nom", "E-mail"],
        [owner.finess, "RSSI", "Aline", "a@valmorne.example"],
    ):
        book.active.append(row)
    book.save(tmp_path / "contacts.xlsx")
    assert import_contacts(path=tmp_path / "contacts.xlsx", by="cli", now=NOW).added == 1


def test_a_file_of_something_else_is_refused_in_words(tmp_path):
    (tmp_path / "x.csv").write_text("a;b\n1;2\n", "utf-8")
    with pytest.raises(SourceUnreadable, match="no column FINESS"):
        import_contacts(path=tmp_path / "x.csv", by="cli", now=NOW)
