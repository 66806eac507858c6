"""What every page knows of the installation."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from vigie.apps.accounts.models import User
from vigie.apps.scans.models import StopOrder
from vigie.apps.scans.queries import stop_in_force

from .access import May

THEMES = ("light", "dark", "auto")


@cache
def installed_version() -> str:
    try:
        return version("vigie")
    except PackageNotFoundError:
        return ""


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def installation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)  # none yet on the page that refuses a host that is not ours

    def stop_order() -> StopOrder | None:
        return stop_in_force() if isinstance(user, User) else None

    return {
        "version": installed_version(),
        "theme": theme_of(request),
        "checked_at": timezone.now(),
        "may": May(user, timezone.now()) if isinstance(user, User) else {},
        "stop_order": SimpleLazyObject(stop_order),  # a part that is asked for alone does not need it
    }
