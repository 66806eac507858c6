"""How a path that must not answer is judged, for the checks that judge one kind of them."""

from collections.abc import Callable

from vigie.engine.facts import ServiceLook
from vigie.engine.facts_of_web import Exposure, ExposureKind

from .check import Judgement, failed, passed, unknown

_MOST_SHOWN = 5


def judge_kind(kind: ExposureKind, *, weak: str, sound: str) -> Callable[[ServiceLook], Judgement | None]:
    """One that answered is a failure, whatever could not be told of the others; else they must all be told."""

    def judge(look: ServiceLook) -> Judgement | None:
        site = look.facts.site
        if site is None:
            return None
        found = [exposure for exposure in site.found if exposure.kind is kind]
        if found:
            return failed(weak, **evidence_of(found))
        if kind in site.untold or site.not_found is None:
            return unknown(site.reason)
        return passed(sound, not__found=site.not_found.value)

    return judge


def evidence_of(found: list[Exposure]) -> dict[str, str]:
    """Each path with what identifies its answer, which was not kept."""
    shown = {f"web__path__{number}": _told(one) for number, one in enumerate(found[:_MOST_SHOWN], start=1)}
    more = len(found) - _MOST_SHOWN
    return shown | ({"web__paths__more": str(more)} if more > 0 else {})


def _told(one: Exposure) -> str:
    size = "" if one.length is None else f", {one.length} bytes"
    count = "" if one.count is None else f", {one.count} entries"
    return f"{one.path} ({one.status}{size}{count}; {one.mark}; sha256 {one.sha256[:16]})"
