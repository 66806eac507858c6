"""What the views share: the trail of links above a page, the address that asks, the way back."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.registry.models import Establishment, Territory


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    url: str = ""
    territory: Territory | None = None  # whose page it is: a link only for who may open it


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 -- no socket: a name for "unknown"


def asked(request: HttpRequest, name: str, most: int = 100) -> str:
    """One value of the address: blanks made single, without what is not printed (PostgreSQL refuses NUL), not long."""
    text = "".join(c if c.isprintable() else " " for c in request.GET.get(name, ""))
    return " ".join(text.split())[:most]


def by(request: HttpRequest) -> str:
    """Who does it, for the audit trail. Every view that acts is behind sign-in."""
    user: User | AnonymousUser = request.user
    return actor(user) if isinstance(user, User) else "anonymous"


def way_back(request: HttpRequest) -> str:
    """The page that a form came from, when it is one of ours; the overview otherwise."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("web:home")


def territory_crumbs(territory: Territory | None) -> list[Crumb]:
    trail: list[Crumb] = []
    while territory is not None:
        url = reverse("web:territory", args=[territory.kind, territory.code])
        trail.insert(0, Crumb(territory.name, url, territory))
        territory = territory.parent
    return trail


def establishment_crumbs(establishment: Establishment, *more: Crumb) -> list[Crumb]:
    url = reverse("web:establishment", args=[establishment.finess]) if more else ""
    own = Crumb(establishment.name, url)
    return [*territory_crumbs(establishment.department), own, *more]
