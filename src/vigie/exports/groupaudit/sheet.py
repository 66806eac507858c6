"""The report in words: what its page, its PDF and the terminal say, in the order in which they say it."""

from dataclasses import dataclass

from vigie.exports.card import Level
from vigie.exports.wording import Wording, cut, cut_place

from . import draft
from .facts import Followed, Item, Report, Run, establishments

SEVERITIES = ("critical", "high", "medium", "low")
OUTCOMES = ("still_there", "verified", "declared", "accepted", "new", "unknown")
MOST_NAME = 90  # characters


@dataclass(frozen=True, slots=True)
class DrawnLevel:
    letter: str  # "" when not established
    low: int
    high: int
    told: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Row:
    slug: str  # of a severity, "" for the others
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    more: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One weakness of the ordered plan."""

    finding: int
    title: str
    exploited: str  # "exploited now", or ""
    establishment: str
    where: str
    action: str
    gain: str
    planned: str  # who, when, under which constraint
    due: str
    state: str  # what became of it, "" while it stands
    is_left: bool


@dataclass(frozen=True, slots=True)
class Tasks:
    """Those of one severity."""

    severity: str
    title: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str
    document: str
    name: str
    identity: str
    agreement: str
    as_of: str
    answer: str
    answer_more: str
    loud: bool
    level_title: str
    level: DrawnLevel
    conclusion_title: str
    conclusion: tuple[str, ...]
    drafted: str  # said when the analyst did not write it, else ""
    severities: Table
    kinds_title: str
    kinds: tuple[tuple[str, str], ...]  # (name, "3 in 2 establishments")
    perimeter: Table
    runs_title: str
    runs: tuple[str, ...]
    restitution_title: str
    restitution: tuple[str, ...]
    follow_ups: Table
    technical_title: str
    technical_more: str
    technical: tuple[Tasks, ...]
    page: str  # "Page {n} of {of}", filled in by the PDF
    foot: tuple[str, ...]
    attached: str


def sheet(report: Report, language: str) -> Sheet:
    """The words of a report, in "fr" or "en"."""
    words = Wording(language, "group_audit")
    written = tuple(one.strip() for one in report.conclusion.split("\n") if one.strip())
    return Sheet(
        language=language,
        document=words.say("document"),
        name=cut(report.group, MOST_NAME),
        identity=" · ".join(filter(None, (report.code, report.region))),
        agreement=_agreement(report, words),
        as_of=words.say("as_of", moment=words.moment(report.moment)),
        answer=_answer(report, words),
        answer_more=words.count("rejected", report.rejected) if report.rejected else "",
        loud=bool(report.exploited),
        level_title=words.say("level"),
        level=_level(report.level, words),
        conclusion_title=words.say("conclusion"),
        conclusion=written or (draft.conclusion(report, words) if report.started_at else ()),
        drafted="" if written or not report.started_at else words.say("drafted"),
        severities=_severities(report, words),
        kinds_title=words.say("kinds"),
        kinds=_kinds(report, words),
        perimeter=_perimeter(report, words),
        runs_title=words.say("runs"),
        runs=tuple(_run(one, words) for one in report.runs),
        restitution_title=words.say("restitution"),
        restitution=_restitution(report, words),
        follow_ups=_follow_ups(report, words),
        technical_title=words.say("technical"),
        technical_more=words.say("technical_more" if report.items else "technical_none"),
        technical=_technical(report, words),
        page=words.words["page"],
        foot=(words.say("foot_unknown"), words.say("foot_scope")),
        attached=words.say("attached"),
    )


def _agreement(report: Report, words: Wording) -> str:
    if report.agreed_on is None:
        return words.say("agreement_none")
    day = words.day(report.agreed_on)
    return words.say("agreement", signatory=report.signatory, day=day, reference=report.agreement)


def _answer(report: Report, words: Wording) -> str:
    if report.state in {"prepared", "agreed", "running"}:
        return words.say(f"answer_{report.state}")
    if report.state == "abandoned":
        return words.say("answer_abandoned", reason=report.end_reason)
    if report.to_review:
        every = report.to_review + report.rejected + len(report.items)
        return words.count("answer_review", report.to_review, of=words.number(every))
    if report.exploited:
        return words.count("answer_exploited", len(report.exploited), of=words.number(len(report.items)))
    if not report.items:
        return words.say("answer_none")
    n, of = words.number(establishments(report.items)), words.number(len(report.perimeter))
    return words.count("answer_found", len(report.items), where=words.say("of_establishments", n=n, of=of))


def _level(level: Level | None, words: Wording) -> DrawnLevel:
    if level is None:
        return DrawnLevel("", 0, 100, words.say("level_none"), "")
    told = words.say("level_same" if level.low == level.high else "level_of", low=level.low, high=level.high)
    if not level.letter:
        told = f"{words.say('level_none')} ({told})"
    n, of = words.number(level.known), words.count("establishments", level.total)
    return DrawnLevel(level.letter, level.low, level.high, told, f"{n} / {of}")


def _severities(report: Report, words: Wording) -> Table:
    heads = tuple(words.say(slug) for slug in ("severity", "confirmed", "mended_since", "left"))
    rows = [
        _counted(slug, tuple(one for one in report.items if one.weakness.severity == slug), words)
        for slug in SEVERITIES
    ]
    every = _counted("", report.items, words)
    return Table(words.say("severities"), "", heads, (*rows, every) if report.items else ())


def _counted(slug: str, items: tuple[Item, ...], words: Wording) -> Row:
    numbers = (len(items), sum(one.is_mended for one in items), sum(one.is_left for one in items))
    return Row(slug, (words.say(f"severity_{slug or 'every'}"), *(words.number(n) for n in numbers)))


def _kinds(report: Report, words: Wording) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            draft.nature_name(nature, words),
            words.say(
                "in_establishments",
                n=words.number(len(items)),
                where=words.count("establishments", establishments(items)),
            ),
        )
        for nature, items in draft.by_nature(report.items)
    )


def _perimeter(report: Report, words: Wording) -> Table:
    day = report.started_at
    more = words.say("perimeter_frozen", day=words.day(day)) if day else words.say("perimeter_open")
    slugs = ("name", "finess", "level", "assets", "found")
    rows = []
    for one in report.perimeter:
        found = sum(item.finess == one.finess for item in report.items)
        level = one.level.letter if one.level and one.level.letter else words.say("level_none")
        if one.had_mandate is False:
            level, told = words.say("not_looked"), "–"
        elif one.had_mandate is None:
            level, told = words.say("not_yet"), "–"
        else:
            told = words.number(found)
        assets = words.number(len(one.assets)) if one.had_mandate is not None else "–"
        rows.append(Row("", (cut(one.name, MOST_NAME), one.finess, level, assets, told)))
    return Table(words.say("perimeter"), more, tuple(words.say(f"perimeter_{slug}") for slug in slugs), tuple(rows))


def _run(one: Run, words: Wording) -> str:
    services = words.count("run_services", one.services) if one.is_over else words.say("run_running")
    told = words.say("run", day=words.moment(one.began), services=services)
    return f"{told}, {words.count('run_not_looked', one.not_looked)}" if one.not_looked else told


def _restitution(report: Report, words: Wording) -> tuple[str, ...]:
    if report.restituted_on is None:
        return (words.say("restitution_none"),)
    return (words.say("restitution_on", day=words.day(report.restituted_on)), *report.attendance)


def _follow_ups(report: Report, words: Wording) -> Table:
    heads = (words.say("outcome_day"), *(words.say(f"outcome_{slug}") for slug in OUTCOMES))
    return Table(words.say("follow_ups"), "", heads, tuple(_followed(one, words) for one in report.follow_ups))


def _followed(one: Followed, words: Wording) -> Row:
    label = words.say("follow_up", n=one.days)
    if one.told is not None:
        counts = dict(one.told)
        return Row("", (label, *(words.number(counts.get(slug, 0)) for slug in OUTCOMES)))
    if one.is_missed:
        told = words.say("follow_up_missed")
    elif one.is_started:
        told = words.say("follow_up_running")
    else:
        told = words.say("follow_up_due", day=words.day(one.due_on))
    return Row(
        "", (f"{label}\u00a0: {told}" if words.language == "fr" else f"{label}: {told}", *("–" for _ in OUTCOMES))
    )


def _technical(report: Report, words: Wording) -> tuple[Tasks, ...]:
    found = (
        Tasks(slug, words.say(f"severity_{slug}"), tuple(_task(one, report, words) for one in report.items
                                                         if one.weakness.severity == slug))
        for slug in SEVERITIES
    )  # fmt: skip
    return tuple(one for one in found if one.tasks)


def _task(item: Item, report: Report, words: Wording) -> Task:
    one = item.weakness
    return Task(
        finding=one.finding,
        title=words.title(one.kind, one.subject, one.version, one.vulnerabilities),
        exploited=words.say("exploited_now") if one.exploited and item.is_left else "",
        establishment=cut(item.establishment, MOST_NAME),
        where=cut_place(one.where, MOST_NAME),
        action=words.say("mended_by", version=cut(one.fixed_version, 40)) if one.fixed_version else "",
        gain=_gain(item, words),
        planned=_planned(item, words),
        due=_due(item, report, words) if item.is_left else "",
        state=_state(item, words),
        is_left=item.is_left,
    )


def _gain(item: Item, words: Wording) -> str:
    if item.points is None:
        return words.say("gain_unknown")
    return words.count("gain_points", item.points) if item.points else words.say("gain_nothing")


def _planned(item: Item, words: Wording) -> str:
    if item.on is None:
        return words.say("plan_none") if item.is_left else ""
    late = words.say("plan_late") if item.on > item.weakness.deadline.date() else ""
    constraint = words.say(f"constraint_{item.constraint}") if item.constraint else ""
    told = (words.say("plan_on", day=words.day(item.on)), words.say("plan_owner", owner=item.owner), late, constraint)
    return ", ".join(filter(None, told))


def _due(item: Item, report: Report, words: Wording) -> str:
    left = (item.weakness.deadline - report.moment).total_seconds()
    if left < 0:
        return words.say("due_past", duration=words.duration(left))
    return words.say("due", day=words.day(item.weakness.deadline))


def _state(item: Item, words: Wording) -> str:
    slug = f"state_{item.state}"
    if slug not in words.words:
        return ""
    return words.say(slug, day=words.day(item.ended_at) if item.ended_at else "")
