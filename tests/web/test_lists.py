"""Every list can be taken away as CSV, and no spreadsheet runs anything of it."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.web.test_routes import OPEN_TO_ALL, POST_ONLY, arguments
from tests.web.world import World
from vigie.apps.findings.notes import actions as notes
from vigie.apps.notices.models import Contact
from vigie.apps.registry.models import Establishment
from vigie.exports.csv_text import DANGEROUS

HOSTILE = '=HYPERLINK("http://evil.example","x")'
# Lists whose rows somebody works with: each must be there, so that the walk below cannot be empty by mistake.
LISTS = {
    "establishments", "findings", "sightings", "vulnerabilities", "campaigns", "notices", "funnel", "calls", "contacts",
    "territory-contacts", "perimeter", "reports", "notes", "group-audits", "territory", "group", "card",
    "alerts", "alert", "incident-outlines", "products", "product", "priority",
}  # fmt: skip
# A table that explains the one thing of its page, and is no list.
EXPLAINED = {
    "home": "what burns is the beginning of the list of findings, which its link opens",
    "establishment": "its findings, services and what other tools say each have their list",
    "finding": "the vulnerabilities behind one finding",
    "vulnerability": "who is exposed to one vulnerability: the findings have their list",
    "level": "the points of one level",
    "watching": "the reader's own list, of a few things",
    "campaign": "the shards of one campaign",
    "campaign-progress": "a part of the page of one campaign",
    "account": "the reader's own roles and sessions",
    "proposals": "decisions to take one by one; what was accepted is in the perimeter",
    "decide-contest": "what one decision rests on",
    "feeds": "the eight sources, which `vigie feeds status` prints too",
    "incident-obligations": "what the law asks for one incident",
    "review-group-audit": "findings to judge one by one; the plan of the audit has its CSV",
}


def csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def pages(world: World) -> dict[str, str]:
    skipped = POST_ONLY | OPEN_TO_ALL | {"second-factor"}
    named = {name: given for name, given in arguments(world).items() if name not in skipped and ":" not in name}
    return {name: reverse(f"web:{name}", args=given) for name, given in named.items()}


def test_every_page_with_a_table_of_its_own_offers_it_as_csv(world: World, signed_in: Client) -> None:
    silent, offered = [], set()
    notes.write(establishment=world.establishment, finding=None, text="À rappeler", by="test", now=timezone.now())
    for name, url in pages(world).items():
        body = signed_in.get(url).content.decode(errors="replace")
        if "format=csv" in body:
            offered.add(name)
        elif 'class="v-table' in body and "<caption" not in body and name not in EXPLAINED:
            silent.append(name)
    assert not silent, f"{silent}: offer it as CSV (components/tables.py), or say in EXPLAINED why it is no list"
    assert offered >= LISTS


@pytest.mark.parametrize("name", sorted(LISTS - {"card"}))
def test_no_cell_of_a_list_is_run_by_a_spreadsheet(world: World, signed_in: Client, name: str) -> None:
    Establishment.objects.update(name=HOSTILE, city="@SUM(A1)")
    Contact.objects.update(name="+cmd|' /C calc'!A0")
    answer = signed_in.get(pages(world)[name] + "?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    heads, *rows = csv_rows(answer.content.decode())
    assert heads
    for row in rows:
        assert len(row) == len(heads)
        assert not [cell for cell in row if cell.startswith(DANGEROUS)]
