"""What people are told when something happens to an account; connected by vigie.config.signals."""

from datetime import datetime
from typing import Any

from vigie.apps.accounts.models import User
from vigie.apps.accounts.queries import answerable_for

from .enums import NoticeKind
from .planning import plan_message

OPENS = "/new-start/"  # the page of vigie.web.pages.newstart


def on_started_again(*, user: User, now: datetime, **_: Any) -> None:
    """To the owner, and to those who answer for the same places: whoever got in is not the only one who knows."""
    for one in (user, *answerable_for(user, now)):
        plan_message(
            key=f"new-start:{user.pk}:{one.pk}:{now.isoformat()}",
            address=one.email,
            language=one.language,
            kind=NoticeKind.NEW_START,
            opens=OPENS,
            urgent=True,
            now=now,
        )
