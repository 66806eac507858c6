"""Which share is left at each age, when some are not followed to their end? (Kaplan and Meier, 1958)"""

from collections import Counter
from collections.abc import Iterable, Mapping

from .curve import Curve, Step
from .lifetime import Lifetime


def kaplan_meier(lifetimes: Iterable[Lifetime]) -> Curve:
    """The product-limit estimate. What is censored at an age is still at risk at that age."""
    ended: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for one in lifetimes:
        gone[one.seconds] += 1
        ended[one.seconds] += one.ended
    return of_counts(gone, ended)


def of_counts(gone: Mapping[int, int], ended: Mapping[int, int]) -> Curve:
    """The same, of many at once: how many were followed up to each age in seconds, and how many of them ended there."""
    n = at_risk = sum(gone.values())
    steps, survival, greenwood = [], 1.0, 0.0
    for age in sorted(gone):
        events = ended.get(age, 0)
        if events:
            survival *= (at_risk - events) / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            steps.append(Step(age, at_risk, events, survival, greenwood))
        at_risk -= gone[age]
    return Curve(n, sum(ended.values()), max(gone, default=None), tuple(steps))
