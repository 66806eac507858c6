"""The figures of the card, one line each: the value with what it is a part of, then what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.exports.wording import Wording, cut, cut_place

from .facts import Card, Certificate, Count, Fix, Place

MOST_PLACES = 2
MOST_PLACE = 40  # characters of one of them
MOST_SUBJECT = 30
MOST_ALONE = 60  # of a place that has its own line


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    more: tuple[str, ...] = ()
    finding: int | None = None  # the finding that the value names


def counted_findings(card: Card, words: Wording) -> tuple[Line, ...]:
    if card.looked_at is None:
        return ()
    return (
        Line(words.say("exploited"), _of_open(len(card.exploited), card, words)),
        Line(words.say("late"), _of_open(len(card.late), card, words)),
        _oldest(card, words),
    )


def _of_open(n: int, card: Card, words: Wording) -> str:
    if not card.open:
        return words.say("none_open")
    return words.say("of_open", n=words.number(n), of=words.number(len(card.open)))


def _oldest(card: Card, words: Wording) -> Line:
    one = card.oldest_critical
    if one is None:
        return Line(words.say("oldest"), words.say("oldest_none"))
    age = words.duration((card.moment - one.since).total_seconds())
    title = words.title(one.kind, one.subject, one.version, 0)
    return Line(
        words.say("oldest"),
        title,
        (cut_place(one.where, MOST_ALONE), words.say("since", day=words.day(one.since), duration=age)),
        one.finding,
    )


def seen_outside(card: Card, words: Wording) -> tuple[Line, ...]:
    if card.looked_at is None:
        return ()
    return (
        Line(words.say("hosts"), words.number(card.hosts.now), _change(card.hosts, words)),
        Line(words.say("services"), words.number(card.services.now), _change(card.services, words)),
        _unanswered(card, words),
        Line(
            words.say("risky"),
            _of_services(card.risky.now, card, words),
            (
                *_told_places("risky_new", card.risky_new, words),
                *_told_places("risky_gone", card.risky_gone, words),
            )
            or _change(card.risky, words),
        ),
        _certificates(card, words),
    )


def _unanswered(card: Card, words: Wording) -> Line:
    value = _of_services(card.unanswered.now, card, words)
    return Line(words.say("unanswered"), value, (words.say("unanswered_more"),) if card.unanswered.now else ())


def _of_services(n: int, card: Card, words: Wording) -> str:
    return words.say("of_services", n=words.number(n), of=words.number(card.services.now))


def _change(count: Count, words: Wording) -> tuple[str, ...]:
    if count.change is None:
        return ()
    return (words.say("change", n=words.signed(count.change)) if count.change else words.say("change_none"),)


def _told_places(slug: str, places: tuple[Place, ...], words: Wording) -> tuple[str, ...]:
    if not places:
        return ()
    told = [f"{words.service(place.service)} {place.where}" for place in places]
    return (words.say(slug, places=_listed(told, words)),)


def _listed(told: Sequence[str], words: Wording, most: int = MOST_PLACES) -> str:
    """The first ones, and how many more; never one more, which takes no more room than its number."""
    shown = told if len(told) <= most + 1 else told[:most]
    left = len(told) - len(shown)
    more = [words.count("more", left)] if left else []
    return ", ".join([*(cut_place(one, MOST_PLACE) for one in shown), *more])


def _certificates(card: Card, words: Wording) -> Line:
    label = words.say("certificates", days=card.ending_days)
    if not card.certificates:
        return Line(label, words.say("certificates_none"))
    value = words.say("certificates_of", n=words.number(len(card.ending)), of=words.number(card.certificates))
    told = [_certificate(one, card, words) for one in card.ending]
    shown = told if len(told) <= MOST_PLACES else told[:MOST_PLACES]
    left = len(told) - len(shown)
    return Line(label, value, (*shown, *((words.count("more", left),) if left else ())))


def _certificate(one: Certificate, card: Card, words: Wording) -> str:
    left = (one.ends_at - card.moment).total_seconds()
    return words.say(
        "certificate" if left > 0 else "certificate_ended",
        subject=cut(one.subject.removeprefix("CN="), MOST_SUBJECT),
        day=words.day(one.ends_at),
        duration=words.duration(left),
        places=_listed([cut_place(place, MOST_SUBJECT) for place in one.places], words, most=1),
    )


def time_to_fix(fix: Fix, words: Wording) -> tuple[Line, ...]:
    if not fix.n:
        return ()
    counted = words.say("fix_n", n=words.number(fix.n), fixed=words.number(fix.fixed))
    return (_median(fix, words), Line(words.say("fix_counted"), counted, (words.say("fix_n_more"),)))


@dataclass(frozen=True, slots=True)
class Mark:
    """The share still open at an age."""

    age: str
    share: str
    is_known: bool


def marks(fix: Fix, words: Wording) -> tuple[Mark, ...]:
    """None under the least number of findings; a share that is not known yet is said so."""
    if not fix.is_told:
        return ()
    unknown = words.say("not_known")
    return tuple(
        Mark(words.count("days", days), unknown if share is None else words.percent(share), share is not None)
        for days, share in fix.marks
    )


def _median(fix: Fix, words: Wording) -> Line:
    label = words.say("median")
    if not fix.is_told:
        return Line(label, words.say("fix_few"), (words.say("fix_few_more", n=fix.n, least=fix.least),))
    low = None if fix.low_seconds is None else words.duration(fix.low_seconds)
    if fix.median_seconds is None:
        more = words.say("fix_not_reached_more", low=low) if low else words.say("fix_not_reached_none")
        return Line(label, words.say("fix_not_reached"), (more,))
    return Line(label, words.duration(fix.median_seconds), (_interval(fix, words),))


def _interval(fix: Fix, words: Wording) -> str:
    low, high = fix.low_seconds, fix.high_seconds
    if low is None:
        return words.say("fix_interval_none")
    if high is None:
        return words.say("fix_interval_open", low=words.duration(low))
    same_unit = min(low, high) >= 2 * 86_400
    first = words.number(low // 86_400) if same_unit else words.duration(low)
    return words.say("fix_interval", low=first, high=words.duration(high))
