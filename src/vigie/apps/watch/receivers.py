"""What the watch does when knowledge comes, and when its messages are judged; connected by vigie.config.signals."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vigie.apps.notices.actions import Occasion
    from vigie.apps.notices.models import Mailing


def on_knowledge_came(*, since: datetime, now: datetime, **_: Any) -> None:
    """Before anything is judged by it: what is told of it then waits for a person."""
    from . import actions

    actions.open_alerts(since=since, now=now)


def on_judged_anew(*, now: datetime, **_: Any) -> None:
    from . import tending

    tending.tend(now=now)


def on_occasions_asked(*, findings: Sequence[Any], **_: Any) -> "dict[int, Occasion]":
    from . import drafting

    return drafting.occasions(findings=findings)


def on_mailing_judged(*, mailing: "Mailing", released: bool, by: str, now: datetime, **_: Any) -> None:
    from . import deciding

    deciding.follow_mailing(mailing=mailing, released=released, by=by, now=now)
