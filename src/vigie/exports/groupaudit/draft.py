"""Which conclusion do the facts of an audit give, before the analyst writes a better one?"""

from collections import Counter

from vigie.exports.wording import Wording

from .facts import Item, Report, establishments

LETTERS = "ABCDE"
MOST_KINDS = 4


def conclusion(report: Report, words: Wording) -> tuple[str, ...]:
    """Paragraphs: the level found, whom it rests on, the kinds of weaknesses, what to do first."""
    level = report.level
    found = words.say("draft_level", level=level.letter) if level and level.letter else words.say("draft_level_none")
    told = (
        f"{found} {words.say('draft_spread', spread=_spread(report, words))}",
        _looked(report, words),
        _kinds(report, words),
        " ".join(filter(None, (_first(report, words), _late(report, words)))),
    )
    return tuple(one for one in told if one)


def _spread(report: Report, words: Wording) -> str:
    letters = Counter(one.level.letter if one.level and one.had_mandate else "" for one in report.perimeter)
    known = [words.count("draft_letter", letters[one], letter=one) for one in LETTERS if letters[one]]
    unknown = [words.count("draft_letter_none", letters[""])] if letters[""] else []
    return ", ".join([*known, *unknown])


def _looked(report: Report, words: Wording) -> str:
    if report.started_at is None:
        return ""
    if report.looked == len(report.perimeter):
        return words.say("draft_looked_all")
    return words.say("draft_looked", looked=words.number(report.looked), of=words.number(len(report.perimeter)))


def by_nature(items: tuple[Item, ...]) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The kinds of weaknesses, the most frequent first."""
    found = Counter(one.nature for one in items)
    order = sorted(found, key=lambda nature: (-found[nature], nature))
    return tuple((nature, tuple(one for one in items if one.nature == nature)) for nature in order)


def nature_name(nature: str, words: Wording) -> str:
    slug = f"kind_{nature.replace('-', '_')}"
    return words.say(slug if slug in words.words else "kind_other")


def _kinds(report: Report, words: Wording) -> str:
    told = [
        words.say(
            "draft_kind",
            name=nature_name(nature, words),
            n=words.number(len(items)),
            where=words.count("establishments", establishments(items)),
        )
        for nature, items in by_nature(report.items)[:MOST_KINDS]
    ]
    return words.say("draft_kinds", kinds=", ".join(told)) if told else words.say("answer_none")


def _first(report: Report, words: Wording) -> str:
    if not report.left:
        return ""
    one = report.left[0].weakness
    title = words.title(one.kind, one.subject, one.version, 0)
    return words.say("draft_first", first=f"{title} ({report.left[0].establishment})")


def _late(report: Report, words: Wording) -> str:
    return words.count("draft_late", len(report.late)) if report.late else ""
