"""What went wrong in an attempt, in one line for people and at length for those who mend it."""

import traceback
from dataclasses import dataclass
from datetime import datetime

from django_tasks.utils import get_module_path

TRACEBACK_KEPT = 4000  # characters, the end of it: where it broke
LINE_KEPT = 500


class NoSuchTask(Exception):
    """The job names a task that this program does not have: another worker may run a newer one."""


class WorkerVanished(Exception):
    """The worker died or hung: its lease was not renewed."""

    def __init__(self, worker: str) -> None:
        super().__init__(f"the worker {worker} went silent")


VANISHED = get_module_path(WorkerVanished)


class Interrupted(Exception):
    """Raised by a task that leaves early because its worker was asked to end: the job waits for another one."""


@dataclass(frozen=True, slots=True)
class Failure:
    exception: str  # import path of its class
    traceback: str
    line: str

    def told(self, *, worker: str, at: datetime) -> dict[str, str]:
        """As the ledger keeps it."""
        return {"exception": self.exception, "traceback": self.traceback, "worker": worker, "at": at.isoformat()}


def failure(error: BaseException) -> Failure:
    return Failure(
        exception=get_module_path(type(error)),
        traceback="".join(traceback.format_exception(error))[-TRACEBACK_KEPT:].replace("\0", ""),
        line=" ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:LINE_KEPT],
    )
