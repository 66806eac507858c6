"""Which share is left at each age, when some are not followed to their end? (Kaplan and Meier, 1958)"""

from collections import Counter
from collections.abc import Iterable

from .curve import Curve, Step
from .lifetime import Lifetime


def kaplan_meier(lifetimes: Iterable[Lifetime]) -> Curve:
    """The product-limit estimate. What is censored at an age is still at risk at that age."""
    ended: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for one in lifetimes:
        gone[one.seconds] += 1
        ended[one.seconds] += one.ended
    n = at_risk = gone.total()
    steps, survival, greenwood = [], 1.0, 0.0
    for age in sorted(gone):
        events = ended[age]
        if events:
            survival *= (at_risk - events) / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            steps.append(Step(age, at_risk, events, survival, greenwood))
        at_risk -= gone[age]
    return Curve(n, ended.total(), max(gone, default=None), tuple(steps))
