"""The page of the weekly card: what it says, which week it shows, what can be taken away."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.world import World
from vigie.apps.observatory.cards_week import Week


def page(client: Client, finess: str, week: object = "") -> str:
    return client.get(reverse("web:card", args=[finess]) + (f"?week={week}" if week else "")).content.decode()


def test_the_card_answers_and_links_to_what_it_names(world: World, signed_in: Client, today) -> None:
    body = page(signed_in, world.establishment.finess, Week.of(today))
    assert "Attackers use one open finding today" in body
    assert reverse("web:finding", args=[world.finding.pk]) in body
    assert "exploited now" in body
    assert "The week is not over" in body


def test_the_card_speaks_french_to_who_reads_french(world: World, signed_in: Client) -> None:
    signed_in.cookies["django_language"] = "fr"
    assert "Fiche de la semaine" in page(signed_in, world.establishment.finess)


def test_never_looked_at_is_said_with_what_it_takes(world: World, signed_in: Client) -> None:
    body = page(signed_in, world.unseen.finess)
    assert "had never been looked at" in body
    assert "a declared perimeter and a mandate" in body
    assert "<table" not in body


@pytest.mark.parametrize("week", ["nonsense", "2026-W99", "9000-W01", "%00", "2026-W47'--"])
def test_a_week_that_cannot_be_read_is_the_usual_one(world: World, signed_in: Client, week: str) -> None:
    usual = page(signed_in, world.establishment.finess)
    shown = page(signed_in, world.establishment.finess, week)
    heading = usual[usual.index('<p class="v-muted">Weekly card') :][:80]
    assert heading in shown


def test_the_week_after_is_offered_only_once_it_has_begun(world: World, signed_in: Client, today) -> None:
    now = Week.of(today)
    assert f"?week={now.shifted(1)}" not in page(signed_in, world.establishment.finess, now)
    body = page(signed_in, world.establishment.finess, now.shifted(-1))
    assert f'href="?week={now}"' in body
    assert f'href="?week={now.shifted(-2)}"' in body


def test_the_figures_come_as_csv(world: World, signed_in: Client) -> None:
    answer = signed_in.get(reverse("web:card", args=[world.establishment.finess]) + "?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["finess"] == world.establishment.finess


def test_the_pdf_is_one_file_named_after_the_week(world: World, signed_in: Client, today) -> None:
    week = Week.of(today).shifted(-1)
    url = reverse("web:card-pdf", args=[world.establishment.finess]) + f"?week={week}"
    answer = signed_in.get(url)
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="vigie-{world.establishment.finess}-{week}.pdf"'
    assert signed_in.get(url).content == answer.content


def test_without_typst_the_page_says_what_is_missing(world: World, signed_in: Client, monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    answer = signed_in.get(reverse("web:card-pdf", args=[world.establishment.finess]))
    assert answer.status_code == 503
    assert "'pdf' extra" in answer.content.decode()


def test_bruno_gets_neither_the_card_nor_its_pdf(world: World, bruno: Client) -> None:
    for name in ("card", "card-pdf"):
        answer = bruno.get(reverse(f"web:{name}", args=[world.establishment.finess]) + "?format=csv")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("name", ["card", "card-pdf"])
def test_an_establishment_that_does_not_exist_has_no_card(db, signed_in: Client, name: str) -> None:
    assert signed_in.get(reverse(f"web:{name}", args=["999999999"])).status_code == 404
