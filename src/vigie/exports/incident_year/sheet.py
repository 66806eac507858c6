"""The report in words: what its page, its PDF and the terminal say, in the order in which they say it."""

from dataclasses import dataclass

from vigie.engine.incidents.yearly import Breakdown, CountChange, Delay, Line, ShareChange, YearTables
from vigie.exports.wording import Wording, cut

from .labels import Labels, band, label, short

#   section -> its tables, in the order of the page
SECTIONS = (
    ("what", ("origin", "kind", "cause", "rsit_class", "entry", "weakness")),
    ("impact", ("care", "care_hours", "danger", "data_loss", "data_integrity", "data_disclosure", "ongoing")),
    ("when", ("month", "weekday", "hour")),
    ("who", ("region", "category", "provider", "repeats")),
    ("help", ("support_asked", "support_given")),
)
COLUMNS = frozenset({"month", "weekday", "hour"})  # drawn as columns in their order; the others as bars beside words
MOST_LABEL = 70  # characters
MOST_TOGETHER = 160


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    short: str  # under a column, "" where it is a bar
    count: str
    share: str  # "" of what is unknown
    interval: str
    more: str
    width: int  # of the bar, 0 to 100, the largest line being 100
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class Block:
    slug: str
    title: str
    note: str
    heads: tuple[str, str, str, str]
    rows: tuple[Row, ...]  # none where the table is hidden, or about nothing
    as_columns: bool


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A plain table: the first cell of a row is its head."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str
    document: str
    name: str
    where: str
    as_of: str
    answer: str
    answer_more: tuple[str, ...]
    changes: Lines
    sections: tuple[Section, ...]
    delays: Lines
    method_title: str
    method: tuple[str, ...]
    page: str  # "Page {n} of {of}", filled in by the PDF
    foot: str
    attached: str


def sheet(made: YearTables, labels: Labels, language: str, *, where: str = "", least: int = 0) -> Sheet:
    """The words of a report, in "fr" or "en".

    `where` names what the reader may count, "" for the nation; `least` is the smallest group told, 0 where each is.
    """
    words = Wording(language, "incident_year")
    too_few = made.structures < least
    return Sheet(
        language=language,
        document=words.say("document"),
        name=words.words["name"].format(year=made.year),
        where=where or words.say("where_nation"),
        as_of=words.say("as_of", moment=words.moment(made.moment)),
        answer=words.say("answer_too_few", year=made.year, least=least) if too_few else _answer(made, words),
        answer_more=() if too_few else _more(made, words),
        changes=Lines(words.say("section_change"), _heads(words, "change", "before", "after", "change_by", "interval"),
                      () if too_few else _changes(made, words)),
        sections=() if too_few else tuple(
            _section(slug, tables, made, labels, words, least) for slug, tables in SECTIONS
        ),
        delays=Lines(words.say("delays"),
                     _heads(words, "delay", "median", "interval", "delay_n", "delay_over", "delay_unknown"),
                     () if too_few else tuple(_delay(one, words) for one in made.delays)),
        method_title=words.say("method"),
        method=_method(made, words, least),
        page=words.words["page"],
        foot=words.say("foot", rule=made.rule.slug),
        attached=words.say("attached"),
    )  # fmt: skip


def _heads(words: Wording, *slugs: str) -> tuple[str, ...]:
    return tuple(words.say(slug) for slug in slugs)


def _answer(made: YearTables, words: Wording) -> str:
    if not made.cases:
        return words.words["answer_none"].format(year=made.year)
    by = words.count("by_structures", made.structures) if made.structures else ""
    told = words.words["answer_one" if made.cases == 1 else "answer_many"]
    return told.format(n=words.number(made.cases), year=made.year, by=by)


def _more(made: YearTables, words: Wording) -> tuple[str, ...]:
    told = []
    origin = made.table("origin")
    malicious = next((line for line in origin.lines if line.slugs == ("malicious",)), None)
    if malicious is not None and origin.whole:
        share = words.percent(malicious.count / origin.whole)
        told.append(words.say("answer_malicious", share=share, of=words.number(origin.whole)))
    if made.is_running:
        told.append(words.words["running"].format(before=made.year - 1))
    if made.changes and not made.changes["cases"].before:
        told.append(words.words["no_before"].format(year=made.year - 1))
    if made.incidents < made.cases:
        told.append(words.say("once", n=words.number(made.incidents)))
    if made.unnamed:
        told.append(words.count("unnamed", made.unnamed))
    left = made.left_out
    if left.not_incidents or left.unconfirmed:
        told.append(words.say("left_out", not_incidents=left.not_incidents, unconfirmed=left.unconfirmed))
    return tuple(told)


def _section(
    slug: str, tables: tuple[str, ...], made: YearTables, labels: Labels, words: Wording, least: int
) -> Section:
    return Section(
        slug, words.say(f"section_{slug}"), tuple(_block(table, made, labels, words, least) for table in tables)
    )


def _block(slug: str, made: YearTables, labels: Labels, words: Wording, least: int) -> Block:
    table = made.table(slug)
    unknown = table.unknown.count if table.unknown else 0
    largest = max([unknown, *(line.count for line in table.lines)], default=0)
    shown = table.lines if slug in COLUMNS or largest == 0 else tuple(line for line in table.lines if line.count)
    rows = [_row(table, line, made, labels, words, largest) for line in shown] if largest else []
    if unknown:
        rows.append(Row(words.say("unknown"), "", words.number(unknown), "", "", "", _width(unknown, largest), True))
    # A column in its order has no place for groups told together.
    in_order = slug in COLUMNS and all(len(line.slugs) == 1 for line in table.lines)
    counted = "repeats_count" if slug == "repeats" else "count"
    heads = (words.say("answer"), words.say(counted), words.say("share"), words.say("interval"))
    return Block(slug, words.say(f"table_{slug}"), _note(table, made, words, least), heads, tuple(rows), in_order)


def _note(table: Breakdown, made: YearTables, words: Wording, least: int) -> str:
    if table.is_hidden:
        return words.say("hidden", least=least)
    unknown = table.unknown.count if table.unknown else 0
    if not table.whole and not unknown:
        return words.say("about_none")
    told = [words.say("known", known=words.number(table.whole), unknown=words.number(unknown))]
    if table.unknown is None:
        told = [words.say("note_mixed")]
    if table.slug == "support_given":
        told = [words.say("note_support_given", time=words.duration(60 * made.helped_minutes))]
    elif f"note_{table.slug}" in words.words:
        told.append(words.say(f"note_{table.slug}"))
    return " ".join(told)


def _row(table: Breakdown, line: Line, made: YearTables, labels: Labels, words: Wording, largest: int) -> Row:
    share = table.share(line)
    interval = share.interval
    return Row(
        label=line_label(table.slug, line.slugs, made, labels, words),
        short=short(table.slug, line.slugs[0], words) if table.slug in COLUMNS and len(line.slugs) == 1 else "",
        count=words.number(line.count),
        share=words.percent(line.count / table.whole) if table.whole else "",
        interval=_between(words, *(words.percent(bound / 100) for bound in interval)) if interval else "",
        more=_rate(made, line, words) if table.slug == "region" else "",
        width=_width(line.count, largest),
        is_unknown=False,
    )


def line_label(table: str, slugs: tuple[str, ...], made: YearTables, labels: Labels, words: Wording) -> str:
    """Of several answers told together, all their names."""

    def one(slug: str) -> str:
        banded = table == "care_hours" and slug != "unknown"
        return band(slug, made.rule.care_bands, words) if banded else label(table, slug, labels, words)

    if len(slugs) == 1:
        return cut(one(slugs[0]), MOST_LABEL)
    return cut(words.say("together", labels=", ".join(one(slug) for slug in slugs)), MOST_TOGETHER)


def _rate(made: YearTables, line: Line, words: Wording) -> str:
    rate = made.per_thousand_beds(line.slugs[0]) if len(line.slugs) == 1 else None
    return words.say("rate_unknown") if rate is None else words.say("rate", n=_decimal(rate, words))


def _decimal(value: float, words: Wording) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if words.language == "fr" else text


def _signed(value: float, words: Wording) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{_decimal(abs(value), words)}"


def _width(count: int, largest: int) -> int:
    return max(1, round(100 * count / largest)) if count else 0


def _between(words: Wording, low: str, high: str) -> str:
    return words.say("interval_of", low=low, high=high)


def _delay(one: Delay, words: Wording) -> tuple[str, ...]:
    counts = (words.number(one.curve.n), words.number(one.curve.events), words.number(one.unknown))
    name, median = words.say(f"delay_{one.slug}"), one.median
    if median is None:
        return (name, words.say("median_few", least=one.least), "–", *counts)
    told = words.say("median_none") if median.seconds is None else words.duration(median.seconds)
    if median.low is None:
        interval = "–"
    elif median.high is None:
        interval = words.say("or_more", low=words.duration(median.low))
    else:
        interval = _between(words, words.duration(median.low), words.duration(median.high))
    return (name, told, interval, *counts)


def _changes(made: YearTables, words: Wording) -> tuple[tuple[str, ...], ...]:
    if made.changes and not made.changes["cases"].before:
        return ()
    counts = [(words.say(f"change_{name}"), *_count_change(one, words)) for name, one in made.changes.items()]
    shares = [(words.say(f"change_{name}"), *_share_change(one, words)) for name, one in made.share_changes.items()]
    return (*counts, *shares)


def _count_change(change: CountChange, words: Wording) -> tuple[str, ...]:
    counts = (words.number(change.before), words.number(change.after))
    if change.percent is None:
        return (*counts, words.say("not_comparable"), "–")
    unit = "\u202f%" if words.language == "fr" else "%"
    interval = change.interval
    bounds = _between(words, *(f"{_signed(bound, words)}{unit}" for bound in interval)) if interval else "–"
    return (*counts, f"{_signed(change.percent, words)}{unit}", bounds)


def _share_change(change: ShareChange, words: Wording) -> tuple[str, ...]:
    shares = tuple(
        "–" if one.percent is None else f"{words.percent(one.percent / 100)} ({one.part}/{one.whole})"
        for one in (change.before, change.after)
    )
    if change.points is None or change.interval is None:
        return (*shares, words.say("not_comparable"), "–")
    bounds = _between(words, *(_signed(bound, words) for bound in change.interval))
    return (*shares, words.say("points", n=_signed(change.points, words)), bounds)


def _method(made: YearTables, words: Wording, least: int) -> tuple[str, ...]:
    told = [words.say("method_case"), words.say("method_unknown"), words.words["method_share"],
            words.say("method_delay", least=made.rule.least_for_median)]  # fmt: skip
    return (*told, words.say("method_many", least=least)) if least else tuple(told)
