"""Which share is left at each age, when some are not followed to their end? (Kaplan and Meier, 1958)"""

from collections import Counter
from collections.abc import Iterable
from math import exp, log, sqrt
from statistics import NormalDist

from .curve import Curve, Step
from .lifetime import Lifetime

Z = NormalDist().inv_cdf(0.975)  # two-sided 95 %


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
            steps.append(_step(age, at_risk, events, survival, greenwood))
        at_risk -= gone[age]
    return Curve(n, ended.total(), max(gone, default=None), tuple(steps))


def _step(seconds: int, at_risk: int, ended: int, survival: float, greenwood: float) -> Step:
    error = survival * sqrt(greenwood)
    if not 0 < survival < 1:
        return Step(seconds, at_risk, ended, survival, error, None, None)
    # Kalbfleisch and Prentice: symmetrical for log(-log S), so that both bounds stay between 0 and 1.
    spread = exp(Z * sqrt(greenwood) / -log(survival))
    return Step(seconds, at_risk, ended, survival, error, survival**spread, survival ** (1 / spread))
