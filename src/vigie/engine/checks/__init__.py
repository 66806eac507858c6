"""Every check, found by itself: one module each, whose name is its slug."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import Outcome

from .check import Check

_NOT_A_CHECK = frozenset({"check", "certificate", "exposures", "lead", "outside", "suites"})


def _discover() -> dict[str, Check]:
    found = {}
    for module in sorted(info.name for info in iter_modules(__path__) if info.name not in _NOT_A_CHECK):
        check: Check = import_module(f"{__name__}.{module}").CHECK
        if check.slug != module.replace("_", "-"):
            raise ImportError(f"{module} declares the check {check.slug}")
        found[check.slug] = check
    return found


CHECKS: Mapping[str, Check] = MappingProxyType(_discover())


def judge_all(look: ServiceLook) -> tuple[Outcome, ...]:
    """What every check that applies to this service concludes; the moment of the look is the moment judged."""
    judged = ((check.slug, check.judge(look)) for check in CHECKS.values())
    return tuple(judgement.by(slug) for slug, judgement in judged if judgement is not None)


__all__ = ["CHECKS", "Check", "judge_all"]
