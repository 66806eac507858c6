"""What is the exposure of one establishment, as an interval, and what explains each point?"""

from collections.abc import Iterable
from dataclasses import replace

from .inputs import Inputs, OpenFinding
from .method import GateRule, IndicatorRule, Method
from .trace import CountedFinding, Gain, Gate, Indicator, Result, Trace


def exposure(inputs: Inputs, method: Method) -> Result:
    """The level with its full trace, gains included."""
    low, high, indicators, gates = _score(inputs, method)
    return Result(
        low=low,
        high=high,
        letter=method.letter(low, inputs.known, inputs.total),
        known=inputs.known,
        total=inputs.total,
        method=method.slug,
        inputs_sha256=inputs.sha256(method.slug),
        trace=Trace(
            indicators=indicators,
            gates=gates,
            gains=gains(inputs, method),
            low_before_gates=sum(i.earned for i in indicators),
            high_before_gates=sum(i.earned + i.unknown for i in indicators),
        ),
    )


def letter_of(inputs: Inputs, method: Method) -> str:
    """The letter alone, without what explains it; "" when it is not established."""
    return method.letter(_score(inputs, method)[0], inputs.known, inputs.total)


def gains(inputs: Inputs, method: Method) -> tuple[Gain, ...]:
    """What to mend first: the most points first, then what attackers use, then the severity."""
    before = _score(inputs, method)[0]
    letter = method.letter(before, inputs.known, inputs.total)
    found = []
    for finding in sorted(inputs.findings, key=_urgency):
        rest = replace(inputs, findings=tuple(f for f in inputs.findings if f.id != finding.id))
        after = _score(rest, method)[0]
        found.append(
            Gain(
                finding=finding.id,
                subject=finding.subject,
                place=finding.place,
                low_before=before,
                low_after=after,
                letter_before=letter,
                letter_after=method.letter(after, inputs.known, inputs.total),
            )
        )
    return tuple(sorted(found, key=lambda gain: -gain.points))  # stable: urgency breaks the ties


def _urgency(finding: OpenFinding) -> tuple[bool, bool, bool, int, int]:
    rank = ("critical", "high", "medium", "low").index(finding.severity)
    return (not finding.exploited, not finding.remote_access, not finding.past_deadline, rank, finding.id)


def _score(inputs: Inputs, method: Method) -> tuple[int, int, tuple[Indicator, ...], tuple[Gate, ...]]:
    indicators = tuple(_indicator(rule, inputs) for rule in method.indicators)
    gates = tuple(gate for rule in method.gates if (gate := _gate(rule, inputs.findings)))
    cap = min((gate.cap for gate in gates), default=100)
    low = sum(indicator.earned for indicator in indicators)
    high = sum(indicator.earned + indicator.unknown for indicator in indicators)
    return min(low, cap), min(high, cap), indicators, gates


def _indicator(rule: IndicatorRule, inputs: Inputs) -> Indicator:
    counted = tuple(
        CountedFinding(
            finding=finding.id,
            subject=finding.subject,
            place=finding.place,
            severity=finding.severity,
            past_deadline=finding.past_deadline,
            points=rule.penalty(finding.severity, past_deadline=finding.past_deadline),
        )
        for finding in sorted(inputs.findings, key=_urgency)
        if _counts(rule, finding)
    )
    lost = min(rule.possible, sum(finding.points for finding in counted))
    # Rounded down: what is not known never rounds up to a point.
    earned = (rule.possible - lost) * inputs.known // inputs.total if inputs.total else 0
    return Indicator(rule.slug, rule.possible, earned, lost, rule.possible - lost - earned, counted)


def _counts(rule: IndicatorRule, finding: OpenFinding) -> bool:
    return (
        rule.kind in {None, finding.kind}
        and rule.exploited in {None, finding.exploited}
        and rule.remote_access in {None, finding.remote_access}
        and (rule.subjects is None or finding.subject in rule.subjects)
    )


def _gate(rule: GateRule, findings: Iterable[OpenFinding]) -> Gate | None:
    behind = tuple(
        sorted(
            finding.id
            for finding in findings
            if rule.exploited in {None, finding.exploited}
            and rule.remote_access in {None, finding.remote_access}
            and rule.past_deadline in {None, finding.past_deadline}
        )
    )
    return Gate(rule.slug, rule.cap, behind) if behind else None
