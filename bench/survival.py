"""Is our median time to fix the one that lifelines tells, on the same data, and how long does it take?"""

import math
import random
import time
from collections.abc import Iterator
from fractions import Fraction

from bench import Case
from vigie.engine.survival import Lifetime, kaplan_meier

SEED, SIZE, SAMPLES = 20261123, 200_000, 200
DAY = 86_400
SECONDS = 3.0
# Freireich and others, 1963: weeks in remission on 6-MP.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"

Told = tuple[float, float, float]  # median, low, high; infinite when not reached


def run() -> Iterator[Case]:
    try:
        import lifelines  # noqa: F401
    except ImportError:
        note = "lifelines is not installed: make .venv/peers"
        for case, goal in (("agreement with lifelines", "0 differences"), ("time", f"<= {SECONDS:.0f} s")):
            yield Case(
                "fix", f"time to fix, {case}", 0, "not measured", goal, False, "lifelines", None, note, absent=True
            )
        return
    yield _published()
    yield _agreement()
    yield _time()


def _published() -> Case:
    lives = [Lifetime(int(age.rstrip("+")), not age.endswith("+")) for age in SIX_MP.split()]
    ours, theirs = _ours(lives), _theirs(lives)
    return Case(
        "fix",
        "time to fix, median of Freireich's 6-MP remissions",
        ours[0],
        "weeks",
        "= 23 weeks [13, not reached], as published and as lifelines",
        ours == theirs == (23, 13, math.inf),
        "lifelines",
        theirs[0],
        f"95 % interval: ours {ours[1:]}, lifelines {theirs[1:]}",
    )


def _agreement() -> Case:
    dice = random.Random(SEED)
    differences = rounded = 0
    for _ in range(SAMPLES):
        lives = _lives(dice, dice.randint(1, 300))
        ours, theirs = _ours(lives), _theirs(lives)
        same = [math.isclose(a, b) for a, b in zip(ours, theirs, strict=True)]
        if same == [False, True, True] and ours[0] == _exact_median(lives):
            rounded += 1  # its float of an exact half is a little above one half
        else:
            differences += not all(same)
    return Case(
        "fix",
        "time to fix, samples where the median or its interval differs",
        differences,
        "samples",
        f"0 of {SAMPLES}",
        differences == 0,
        "lifelines",
        0,
        f"1 to 300 findings, a third open, the oldest among them; an exact half that lifelines misses: {rounded}",
    )


def _exact_median(lives: list[Lifetime]) -> float:
    left, at_risk = Fraction(1), len(lives)
    for age in sorted({life.seconds for life in lives}):
        ended = sum(life.ended for life in lives if life.seconds == age)
        left *= Fraction(at_risk - ended, at_risk)
        if left <= Fraction(1, 2):
            return age
        at_risk -= sum(life.seconds == age for life in lives)
    return math.inf


def _time() -> Case:
    lives = _lives(random.Random(SEED), SIZE)
    start = time.perf_counter()
    ours = _ours(lives)
    taken = time.perf_counter() - start
    start = time.perf_counter()
    theirs = _theirs(lives)
    peer = time.perf_counter() - start
    same = all(math.isclose(a, b) for a, b in zip(ours, theirs, strict=True))
    return Case(
        "fix",
        "time to fix, median and interval",
        round(taken, 2),
        "s",
        f"<= {SECONDS:.0f} s, same answer as lifelines",
        taken <= SECONDS and same,
        "lifelines",
        round(peer, 2),
        f"{SIZE} findings to the second; median {ours[0] / DAY:.2f} d, lifelines {theirs[0] / DAY:.2f} d",
    )


def _lives(dice: random.Random, size: int) -> list[Lifetime]:
    """The oldest is open: once all have ended, we leave the upper bound unknown and lifelines gives the last age."""
    # Hours for the small samples, so that ages tie; seconds for the large one, as they are stored.
    unit = 3600 if size < SIZE else 1
    ages = [int(dice.expovariate(1 / (20 * DAY))) // unit * unit for _ in range(size)]
    oldest = max(ages)
    return [Lifetime(age, dice.random() > 1 / 3 and age < oldest) for age in ages]


def _ours(lives: list[Lifetime]) -> Told:
    median = kaplan_meier(lives).median
    told = (median.seconds, median.low, median.high)
    return tuple(math.inf if value is None else value for value in told)  # type: ignore[return-value]


def _theirs(lives: list[Lifetime]) -> Told:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    fitted = KaplanMeierFitter().fit([life.seconds for life in lives], [life.ended for life in lives])
    (low, high), *_ = median_survival_times(fitted.confidence_interval_).to_numpy()
    return float(fitted.median_survival_time_), float(low), float(high)
