"""One box for everything: a name, a FINESS number, an address, a domain, a product, a CVE, a reference."""

import re
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.assets.models import Asset
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.findings.queries import ranked
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group
from vigie.apps.registry.scopes import of_establishments
from vigie.apps.scans.models import Service
from vigie.apps.vulns.models import Pair, Vulnerability
from vigie.web.access import viewer
from vigie.web.components.page import asked

CVE = re.compile(r"CVE-\d{4}-\d{4,7}\Z", re.IGNORECASE)
REFERENCE = re.compile(r"(?:#|n°|constat|finding)\s*(\d{1,15})\Z", re.IGNORECASE)  # the number of a finding
FINESS = re.compile(r"[0-9][0-9ABab][0-9]{7}\Z")
MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    establishments: tuple[Establishment, ...] = ()
    assets: tuple[Asset, ...] = ()
    services: tuple[Service, ...] = ()
    pairs: tuple[Pair, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    findings: tuple[Finding, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def count(self) -> int:
        return sum(len(getattr(self, group.name)) for group in fields(self))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words, user, now = asked(request, "q"), viewer(request), timezone.now()
    visible = Establishment.objects.visible_to(user, now)
    if CVE.match(words) and user.has(Right.EVIDENCE, now) and Vulnerability.objects.filter(cve=words.upper()).exists():
        return redirect("web:vulnerability", words.upper())
    if FINESS.match(words) and visible.filter(finess=words.upper()).exists():
        return redirect("web:establishment", words.upper())
    if number := REFERENCE.match(words):
        asked_for = Finding.objects.visible_to(user, now).filter(pk=int(number[1]))
        if asked_for.exists():
            return redirect("web:finding", int(number[1]))
    found = _look_up(words, user, now) if len(words) >= 2 else Found()
    context = {"searched": words, "found": found, "most": MOST}
    return render(request, "web/pages/search.html", context)


def _look_up(words: str, user: User, now: datetime) -> Found:
    by_name = Q(name__icontains=words) | Q(finess__startswith=words.upper()) | Q(city__icontains=words)
    seen = Q(address__startswith=words) | Q(name__icontains=words.lower())
    slug = words.lower().replace(" ", "_")
    products = Pair.objects.filter(Q(vendor__icontains=slug) | Q(product__icontains=slug))
    seen_by = of_establishments(user.scope(Right.EVIDENCE, now), "services__establishment")
    running = Count("services__establishment", filter=seen_by & Q(services__ended_at=None), distinct=True)
    titled = Q(title_fr__icontains=words) | Q(title_en__icontains=words) | Q(cve__icontains=words)
    return Found(
        establishments=tuple(Establishment.objects.visible_to(user, now).filter(by_name).order_by("name")[:MOST]),
        assets=tuple(
            Asset.objects.visible_to(user, now)
            .current()
            .filter(value__icontains=words.lower())
            .select_related("establishment")
            .order_by("value")[:MOST]
        ),
        services=tuple(
            Service.objects.visible_to(user, now)
            .current()
            .filter(seen)
            .select_related("establishment", "pair")
            .defer("facts")
            .order_by("address", "port")[:MOST]
        ),
        pairs=tuple(
            products.annotate(establishments=running).filter(establishments__gt=0).order_by("-establishments")[:MOST]
        ),
        vulnerabilities=_vulnerabilities(titled) if user.has(Right.EVIDENCE, now) else (),
        findings=_findings(words, user, now),
        sightings=_sightings(words, user, now),
        groups=tuple(Group.objects.visible_to(user, now).filter(name__icontains=words).order_by("name", "pk")[:MOST]),
    )


def _findings(words: str, user: User, now: datetime) -> tuple[Finding, ...]:
    """Those that stand, by their place, by what they are about, by a vulnerability behind them."""
    told = Q(address__startswith=words) | Q(subject__icontains=words.lower().replace(" ", "_"))
    told |= Q(subject__icontains=words.lower().replace(" ", "-")) | Q(names__icontains=words.lower())
    if CVE.match(words):
        told = Q(links__vulnerability__cve=words.upper(), links__ended_at=None)
    visible = Finding.objects.standing().visible_to(user, now).filter(told)
    return tuple(ranked(visible)[:MOST])


def _sightings(words: str, user: User, now: datetime) -> tuple[Sighting, ...]:
    told = Q(title__icontains=words) | Q(identifier__iexact=words) | Q(address__startswith=words)
    told |= Q(name__icontains=words.lower()) | Q(cves__icontains=f'"{words.upper()}"')
    visible = Sighting.objects.weaknesses().visible_to(user, now).filter(told)
    return tuple(visible.select_related("establishment").defer("evidence").order_by("-last_seen", "pk")[:MOST])


def _vulnerabilities(titled: Q) -> tuple[Vulnerability, ...]:
    return tuple(Vulnerability.objects.filter(titled, rejected=False).order_by("-kev_on", "cve")[:MOST])
