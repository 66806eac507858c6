"""What can be done about what is watched; each verb lives beside its own kind."""

from .deciding import dismiss, examine, release, release_by_policy
from .drafting import count, draft_checks
from .following import look_at, unwatch, watch
from .opening import open_alerts
from .refusals import AlreadyDecided, NothingToRelease, NotWatchable, ReasonMissing, WatchRefused
from .telling import choose, stop, tell

__all__ = [
    "AlreadyDecided", "NotWatchable", "NothingToRelease", "ReasonMissing", "WatchRefused", "choose", "count", "dismiss",
    "draft_checks", "examine", "look_at", "open_alerts", "release", "release_by_policy", "stop", "tell", "unwatch",
    "watch",
]  # fmt: skip
