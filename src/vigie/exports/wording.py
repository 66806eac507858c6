"""How are numbers, dates, durations and findings written for people, in French and in English?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from vigie.data.card import document_words
from vigie.data.documents import DocumentError
from vigie.data.texts import check_text, product_name, service_name

PARIS = ZoneInfo("Europe/Paris")
NO_BREAK, NARROW = "\u00a0", "\u202f"
# A number stays with what it counts, and a guillemet or a percent sign with its text.
NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_]|%)")
MOST_TITLE = 60  # characters


@dataclass(frozen=True)
class Wording:
    language: str  # "fr" or "en"
    document: str = "card"  # whose words: the name of their file in vigie/data

    @cached_property
    def words(self) -> Mapping[str, str]:
        return document_words(self.document, self.language)

    def say(self, slug: str, **values: object) -> str:
        """The sentence of that name; spaces that would part a number from its unit do not break."""
        return NUMBER_AND_UNIT.sub(NO_BREAK, self.words[slug].format_map(values))

    def count(self, slug: str, n: int, **values: object) -> str:
        """The singular or the plural; nought is singular in French."""
        alone = n < 2 if self.language == "fr" else n == 1
        return self.say(f"{slug}_{'one' if alone else 'many'}", n=self.number(n), **values)

    def number(self, n: int) -> str:
        """Thousands apart by a narrow space that does not break."""
        return f"{n:,}".replace(",", NARROW)

    def signed(self, n: int) -> str:
        """A change with its sign, the true minus."""
        return f"+{self.number(n)}" if n > 0 else f"\u2212{self.number(-n)}"

    def percent(self, share: float) -> str:
        """Whole percent; never 0 nor 100 by rounding alone."""
        whole = min(max(round(100 * share), 1 if share > 0 else 0), 99 if share < 1 else 100)
        return f"{whole}{NARROW}%" if self.language == "fr" else f"{whole}%"

    def day(self, value: date | datetime) -> str:
        if isinstance(value, datetime):
            value = value.astimezone(PARIS).date()
        return self.words["day"].format(day=self._day_number(value), month=self._month(value), year=value.year)

    def _day_number(self, value: date) -> str:
        return "1er" if self.language == "fr" and value.day == 1 else str(value.day)

    def _month(self, value: date) -> str:
        return self.words["months"].split()[value.month - 1]

    def moment(self, value: datetime) -> str:
        hour = f"{value.astimezone(PARIS):%H:%M}"
        return self.say("moment", day=self.day(value), hour=hour)

    def days(self, first: date, last: date) -> str:
        """ "from 16 to 22 November 2026" """
        if (first.year, first.month) == (last.year, last.month):
            return self.words["range_month"].format(first_day=self._day_number(first), last=self.day(last))
        return self.words["range"].format(first=self.day(first), last=self.day(last))

    def duration(self, seconds: float) -> str:
        """In days from two days on, else in hours, else in minutes: rounded down, as a day is not over before it is."""
        whole = int(abs(seconds))
        if whole >= 2 * 86_400:
            return self.count("days", whole // 86_400)
        return self.count("hours", whole // 3600) if whole >= 3600 else self.count("minutes", whole // 60)

    def work(self, minutes: int) -> str:
        """How long a piece of work takes: whole hours, else minutes."""
        hours, left = divmod(minutes, 60)
        return self.count("minutes", minutes) if left else self.count("hours", hours)

    def service(self, slug: str) -> str:
        return service_name(slug)

    def title(self, kind: str, subject: str, version: str, vulnerabilities: int) -> str:
        """One line that says what a finding is about: a product with its version, or what a check says."""
        if kind == "product":
            name = cut(f"{product_name(subject)} {version}".strip(), MOST_TITLE)
            if not vulnerabilities:
                return name
            return self.say("title_product", product=name, known=self.count("known", vulnerabilities))
        try:
            return check_text(subject, self.language).title
        except DocumentError:
            return subject.replace("-", " ").capitalize()

    def minutes(self, kind: str, subject: str) -> int | None:
        """How much work it is, in the usual case; None when nobody wrote it."""
        try:
            return check_text("vulnerable-product" if kind == "product" else subject, self.language).minutes
        except DocumentError:
            return None


def cut(text: str, most: int) -> str:
    """The text, or its beginning: what comes from the network may be without end, and the page is one."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def cut_place(text: str, most: int) -> str:
    """Its beginning and its end, where the port is."""
    return text if len(text) <= most else f"{text[: most - 13]}…{text[-12:]}"
