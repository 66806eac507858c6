"""The building blocks by themselves: tables, charts, dates, percentages, what comes from hosts."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vigie.apps.observatory.models import Level
from vigie.apps.observatory.queries import Distribution, Part
from vigie.exports.csv_text import DANGEROUS, cell
from vigie.web.components import charts, dates
from vigie.web.components.ports import read_ports
from vigie.web.components.raw import readable
from vigie.web.components.tables import Column, csv_response
from vigie.web.templatetags import vigie as tags

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


@given(st.text(max_size=40))
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    assert not cell(text).startswith(DANGEROUS)


@pytest.mark.parametrize("value", [-3, 0, 2.5])
def test_numbers_stay_numbers_in_a_csv(value: float) -> None:
    assert cell(value) == str(value)


def test_a_csv_holds_what_was_given() -> None:
    columns = [Column("name", "Nom", text=str), Column("hidden", "No text")]
    body = csv_response(['=HYPERLINK("x")', 'a;b\n"c"'], columns, "list").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body), delimiter=";")) == [["Nom"], ['\'=HYPERLINK("x")'], ['a;b\n"c"']]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "–"),
        (0, 10, "0 %"),
        (1, 1000, "< 1 %"),
        (999, 1000, "99 %"),
        (10, 10, "100 %"),
        (1, 3, "33 %"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert tags.percent(part, whole).replace("\u202f", " ").replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("text", "ports"),
    [("22", (22,)), ("443, 22", (22, 443)), ("8000-8002;22", (22, 8000, 8001, 8002)), ("1 65535", (1, 65535))],
)
def test_ports_are_read_as_people_type_them(text: str, ports: tuple[int, ...]) -> None:
    assert read_ports(text) == ports


@pytest.mark.parametrize("text", ["", "0", "65536", "9-3", "1-65535", "22,a", "-5", "२२", "8000-9000"])
def test_wrong_ports_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w.+\."):
        read_ports(text)


@given(st.binary(max_size=200))
def test_what_a_host_answered_cannot_move_the_cursor(raw: bytes) -> None:
    assert all(c.isprintable() or c == "\n" for c in readable(raw))


@pytest.mark.parametrize(
    ("query", "past"),
    [
        pytest.param("", False, id="nothing-asked"),
        pytest.param("as_of=2026-11-01", True, id="a-past-day"),
        pytest.param("as_of=2026-11-23", False, id="today"),
        pytest.param("as_of=2999-01-01", False, id="to-come"),
        pytest.param("as_of=yesterday", False, id="nonsense"),
        pytest.param("as_of=0001-01-01", False, id="before-everything"),
    ],
)
def test_a_page_is_read_as_of_a_past_day_or_today(query: str, past: bool) -> None:
    asked = dates.as_of(RequestFactory().get(f"/?{query}"), NOW)
    assert asked.is_past is past
    assert asked.moment <= NOW


def test_the_moment_of_a_past_day_is_its_end_in_paris() -> None:
    asked = dates.as_of(RequestFactory().get("/?as_of=2026-07-14"), NOW)
    assert asked.moment == datetime(2026, 7, 14, 21, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(days=16), "16 days"),
        (timedelta(days=1, hours=2, minutes=5), "26 h 05"),
        (timedelta(minutes=4, seconds=59), "4 min"),
        (timedelta(seconds=7), "7 s"),
        (-timedelta(days=3), "3 days"),
    ],
)
def test_durations_are_said_as_people_say_them(value: timedelta, text: str) -> None:
    with translation.override("en"):
        assert dates.duration(value) == text


def test_a_segment_is_drawn_only_for_somebody_and_they_fill_the_bar() -> None:
    shares = [Part("A", 1, 10.0), Part("B", 0, 0.0), Part("C", 6, 60.0), Part("", 3, 30.0)]
    drawn = charts.segments(Distribution(tuple(shares), 10))
    assert [one.letter for one in drawn] == ["A", "C", ""]
    assert sum(one.width for one in drawn) == pytest.approx(charts.DISTRIBUTION_WIDTH, abs=0.5)


def test_the_history_holds_each_level_until_the_next_one() -> None:
    levels = [
        Level(at=NOW - timedelta(days=30), low=20, high=80, letter="E"),
        Level(at=NOW - timedelta(days=10), low=60, high=60, letter="C"),
    ]
    chart = charts.history_chart(levels, NOW)
    assert chart is not None
    assert [band.unknown_height for band in chart.bands] == [72.0, 0.0]
    assert chart.bands[0].x + chart.bands[0].width == pytest.approx(chart.bands[1].x, abs=0.2)
    assert charts.history_chart([], NOW) is None


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load vigie %}" + source).render(Context(context))


def test_a_level_shows_its_letter_and_its_interval() -> None:
    level = Level(pk=7, low=34, high=41, letter="D", known=88, total=100)
    body = render("{% level level %}", level=level)
    assert 'v-letter-D">D<' in body
    assert "34\u202f–\u202f41" in body or "34 – 41" in body
    assert 'href="/levels/7/"' in body


@pytest.mark.parametrize(
    "level", [None, Level(pk=1, low=0, high=100, letter="", known=1, total=9)], ids=["never", "under-the-floor"]
)
def test_a_level_that_is_not_established_is_hatched_and_has_no_letter(level: Level | None) -> None:
    body = render("{% level level %}", level=level)
    assert "not established" in body
    assert "url(#v-hatch)" in body
    assert not any(f"v-letter-{letter}" in body for letter in "ABCDE")


@pytest.mark.parametrize("slug", ["critical", "high", "medium", "low"])
def test_a_severity_is_a_word_and_an_icon(slug: str) -> None:
    body = render("{% severity slug %}", slug=slug)
    assert slug in body
    assert "<svg" in body


def test_what_people_typed_is_escaped_everywhere() -> None:
    body = render("{% level None %}{{ name }}", name="<script>alert(1)</script>")
    assert "<script>" not in body
