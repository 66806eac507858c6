"""What the findings do when a scan records something; connected by vigie.config.signals.

The actions are imported on first use: a page or a command that judges nothing does not load the fingerprints.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vigie.apps.scans.models import Look, Shard
    from vigie.apps.scans.signals import Absence, SeenService


def on_host_recorded(*, look: "Look", seen: "Sequence[SeenService]", now: datetime, **_: Any) -> None:
    from . import actions, measuring
    from .sightings import verifying

    actions.judge_host(look=look, seen=seen, now=now)
    verifying.weigh(look=look, seen=seen, now=now)
    measuring.weigh(look=look, seen=seen, now=now)


def on_absences_weighed(*, shard: "Shard", absences: "Sequence[Absence]", now: datetime, **_: Any) -> str | None:
    from . import actions

    return actions.refuse_absences(shard=shard, absences=absences, now=now)


def on_absences_settled(*, look: "Look", absences: "Sequence[Absence]", now: datetime, **_: Any) -> None:
    from . import actions

    actions.settle_absences(look=look, absences=absences, now=now)
