"""What do all the names of one port say together of one weakness? It is one thing to mend, hence one finding."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from vigie.engine.lifecycle import Seen
from vigie.engine.outcome import Severity

from .judging import Judgement

WORST_FIRST = tuple(Severity)
ByName = Mapping[str, Judgement]  # "" for the look by address


def by_weakness(told: Mapping[str, Iterable[Judgement]]) -> dict[tuple[str, str], dict[str, Judgement]]:
    """Turn what each name says of every weakness into what each weakness is said to be by every name."""
    found: defaultdict[tuple[str, str], dict[str, Judgement]] = defaultdict(dict)
    for name, judgements in told.items():
        for judgement in judgements:
            found[judgement.key][name] = judgement
    return dict(found)


def merge(told: ByName, held: Collection[str]) -> Judgement:
    """One judgement of one weakness; `held` are the names that showed it before and are still served.

    Weak under one name is weak. It is mended only when every name that held it was seen without it.
    """
    weak = {name: judgement for name, judgement in told.items() if judgement.seen is Seen.WEAK}
    if weak:
        return _weak(told, weak, held)
    judged = [told[name] for name in held if name in told] if held else list(told.values())
    whole = len(judged) == len(held or told)
    proven = whole and all(one.seen is Seen.MENDED for one in judged)
    absent = whole and all(one.seen in {Seen.MENDED, Seen.ABSENT} for one in judged)
    return replace(
        (judged or list(told.values()))[0],
        seen=Seen.MENDED if proven else Seen.ABSENT if absent else Seen.UNKNOWN,
        unsure=frozenset().union(*(one.unsure for one in judged)),
    )


def _weak(told: ByName, weak: dict[str, Judgement], held: Collection[str]) -> Judgement:
    worst = min(weak.values(), key=lambda one: (WORST_FIRST.index(one.severity), not one.exploited))
    affected = sorted({pk for one in weak.values() for pk in one.affected})
    unsure = frozenset().union(*(one.unsure for one in told.values())) - set(affected)
    # A name that held it and could not be looked at holds it still.
    unseen = [name for name in held if name not in told or told[name].seen is Seen.UNKNOWN]
    return replace(
        worst,
        names=tuple(sorted({*weak, *unseen})),
        exploited=any(one.exploited for one in weak.values()),
        affected=tuple(affected),
        unsure=unsure,
    )
