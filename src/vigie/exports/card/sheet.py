"""The card in words: what its page, its PDF and a screen reader say, in the order in which they say it."""

from dataclasses import dataclass

from vigie.exports.wording import Wording, cut, cut_place

from .facts import Action, Card, Level, SeverityLine, Weakness
from .lines import MOST_PLACE, Line, Mark, counted_findings, marks, seen_outside, time_to_fix

MOST_NAME = 90  # characters: two lines of the title at most


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do first."""

    finding: int
    title: str
    exploited: str  # "exploited now", or ""
    gain: str
    where: str
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnLevel:
    letter: str  # "" when not established
    low: int
    high: int
    told: str
    before: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Row:
    severity: str  # slug, "" for the sum
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str
    document: str
    name: str
    identity: str
    week: str
    as_of: str
    answer: str
    answer_more: str
    loud: bool  # attackers use something that is open
    level: DrawnLevel
    level_title: str
    actions_title: str
    gain_title: str
    actions: tuple[Task, ...]
    no_action: str
    findings_title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]  # none when it was never looked at
    counted: tuple[Line, ...]  # what of them burns
    columns: tuple[tuple[Section, ...], ...]
    marks_title: str
    marks: tuple[Mark, ...]
    foot: tuple[str, ...]
    attached: str  # said where the figures are attached


def sheet(card: Card, language: str) -> Sheet:
    """The words of a card, in "fr" or "en"."""
    words = Wording(language)
    known = card.looked_at is not None
    return Sheet(
        language=language,
        document=words.say("document"),
        name=cut(card.name, MOST_NAME),
        identity=_identity(card, words),
        week=words.say("week", number=int(card.week[-2:]), range=words.days(card.first_day, card.last_day)),
        as_of=words.say("as_of_over" if card.is_over else "as_of_running", moment=words.moment(card.moment)),
        answer=_answer(card, words),
        answer_more=_answer_more(card, words),
        loud=bool(card.exploited),
        level=_level(card, words),
        level_title=words.say("level"),
        actions_title=words.say("actions"),
        gain_title=words.say("gain"),
        actions=tuple(_task(action, card, words) for action in card.actions),
        no_action=words.say("actions_none" if known else "actions_never"),
        findings_title=words.say("findings"),
        heads=tuple(words.say(slug) for slug in ("severity", "open", "open_before", "new", "mended", "gone")),
        rows=tuple(_row(line, words) for line in (*card.severities, card.every_severity)) if known else (),
        counted=counted_findings(card, words),
        columns=_columns(card, words),
        marks_title=words.say("fix_marks"),
        marks=marks(card.fix, words),
        foot=_foot(card, words),
        attached=words.say("attached"),
    )


def _identity(card: Card, words: Wording) -> str:
    groups = (cut(group, MOST_NAME // 2) for group in card.groups[:2])
    return " · ".join(filter(None, (words.say("finess", finess=card.finess), card.city.title(), *groups)))


def _answer(card: Card, words: Wording) -> str:
    if card.looked_at is None:
        return words.say("answer_never_then" if card.is_over else "answer_never")
    if card.exploited:
        return words.count("answer_exploited", len(card.exploited), of=words.number(len(card.open)))
    return words.count("answer_open", len(card.open)) if card.open else words.say("answer_none")


def _answer_more(card: Card, words: Wording) -> str:
    if card.looked_at is None:
        return words.say("answer_never_more")
    if not card.looks:
        return words.say("answer_no_look")
    total = card.every_severity
    return words.say("answer_week", new=words.count("new", total.new), mended=words.count("mended", total.mended))


def _level(card: Card, words: Wording) -> DrawnLevel:
    level = card.level
    if level is None:
        return DrawnLevel("", 0, 100, words.say("level_none"), "", "")
    told = _interval(level, words)
    before = card.level_before
    if before is None:
        change = words.say("level_no_before")
    elif (before.letter, before.low, before.high) == (level.letter, level.low, level.high):
        change = words.say("level_unchanged")
    else:
        letter = before.letter or words.say("level_none")
        change = words.say("level_before", level=f"{letter}, {_interval(before, words)}")
    coverage = words.say(
        "coverage",
        share=words.percent(level.known / level.total) if level.total else words.percent(0),
        known=words.number(level.known),
        total=words.number(level.total),
    )
    if not level.letter:
        told = f"{words.say('level_none')} ({told})"
    return DrawnLevel(level.letter, level.low, level.high, told, change, coverage)


def _interval(level: Level, words: Wording) -> str:
    return words.say("level_same" if level.low == level.high else "level_of", low=level.low, high=level.high)


def _task(action: Action, card: Card, words: Wording) -> Task:
    one = action.weakness
    minutes = words.minutes(one.kind, one.subject)
    more = [words.say(f"severity_{one.severity}")]
    if one.fixed_version:
        more.append(words.say("mended_by", version=cut(one.fixed_version, MOST_PLACE)))
    more.append(_due(one, card, words))
    if minutes:
        more.append(words.say("minutes", duration=words.work(minutes)))
    return Task(
        finding=one.finding,
        title=words.title(one.kind, one.subject, one.version, one.vulnerabilities),
        exploited=words.say("exploited_now") if one.exploited else "",
        gain=_gain(action, words),
        where=cut_place(one.where, MOST_NAME),
        more=tuple(more),
    )


def _due(one: Weakness, card: Card, words: Wording) -> str:
    left = (one.deadline - card.moment).total_seconds()
    if left < 0:
        return words.say("due_past", duration=words.duration(left))
    return words.say("due", day=words.day(one.deadline))


def _gain(action: Action, words: Wording) -> str:
    if action.points is None:
        return words.say("gain_unknown")
    if action.letter_after and action.letter_after != action.letter_before:
        before = action.letter_before or words.say("not_established")
        return words.say("gain_letter", before=before, after=action.letter_after)
    return words.count("gain_points", action.points) if action.points else words.say("gain_nothing")


def _row(line: SeverityLine, words: Wording) -> Row:
    numbers = (line.open.now, line.open.before, line.new, line.mended, line.gone)
    told = ("–" if number is None else words.number(number) for number in numbers)
    return Row(line.severity, (words.say(f"severity_{line.severity or 'every'}"), *told))


def _columns(card: Card, words: Wording) -> tuple[tuple[Section, ...], ...]:
    """What is seen on one side, how it is mended and looked at on the other; nothing stands empty."""
    beside = (("fix", time_to_fix(card.fix, words)), ("looks", _looks(card, words)))
    columns = ((("seen", seen_outside(card, words)),), beside)
    told = (tuple(Section(slug, words.say(slug), lines) for slug, lines in column if lines) for column in columns)
    return tuple(column for column in told if column)


def _looks(card: Card, words: Wording) -> tuple[Line, ...]:
    if card.looked_at is None:
        return (Line(words.say("last_look"), words.say("look_never")),)
    return (
        Line(words.say("last_look"), words.say("look_ended", moment=words.moment(card.looked_at))),
        Line(words.say("looks_week"), words.count("looks", card.looks)),
    )


def _foot(card: Card, words: Wording) -> tuple[str, ...]:
    told = [words.say("foot_unknown"), words.say("foot_gone"), words.say("foot_fix")]
    if card.level is not None:
        told.append(words.say("foot_method", method=card.level.method))
    return tuple(told)
