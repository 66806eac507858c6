"""Hospitals that show one gateway, and the news that attackers use a hole in it."""

from datetime import datetime

import msgspec

from tests.apps.notices.world import contact
from tests.factories import EstablishmentFactory, PairFactory, ServiceFactory, VulnerabilityFactory
from vigie.apps.findings import actions as findings
from vigie.apps.findings import telling
from vigie.apps.findings.tasks import rejudge_since
from vigie.apps.jobs.models import Job
from vigie.apps.registry.models import Establishment
from vigie.apps.vulns import actions as vulns
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.apps.watch import drafting, tending
from vigie.apps.watch.models import NationalAlert
from vigie.engine.facts import Identity
from vigie.sources.kev import KevEntry, KevList

CVE = "CVE-2024-21762"
VERSIONS = {"affected": "7.0.5", "conditional": "7.0.6", "unknown": ""}


def gateway(verdict: str, now: datetime) -> Pair:
    pair = PairFactory(vendor="fortinet", product="fortios", version=VERSIONS[verdict])
    known = VulnerabilityFactory(cve=CVE, cvss="9.8", title_fr="", title_en="", updated_at=now)
    PairMatch.objects.get_or_create(
        pair=pair, vulnerability=known, ended_at=None,
        defaults={"verdict": verdict, "source": "vendor", "evidence": "7.0.5 < 7.0.14", "since": now},
    )  # fmt: skip
    Pair.objects.filter(pk=pair.pk).update(matched_at=now)
    return pair


def hospital(verdict: str, now: datetime) -> Establishment:
    """One that shows the gateway, seen and judged before the news, and can be told."""
    one = EstablishmentFactory()
    contact(one, "officer", now, email=f"officer{one.pk}@valmorne.example")
    pair = gateway(verdict, now)
    identity = Identity("fortinet", "fortios", pair.version or None)
    ServiceFactory(
        establishment=one, pair=pair, service="https", port=8443, identities=msgspec.to_builtins((identity,))
    )
    findings.rejudge_pairs([pair.pk], now)
    return one


def listed(now: datetime, *cves: str) -> None:
    """CISA's list comes in, and the workers do what it asks for."""
    entries = tuple(KevEntry(cve, now.date(), "A hole", "", None) for cve in cves or (CVE,))
    vulns.apply_kev(kev=KevList(now.date(), entries), now=now, by="test")
    work(now)


def work(now: datetime) -> None:
    job = Job.objects.filter(path="vigie.apps.findings.tasks.rejudge_since").latest("pk")
    rejudge_since.call(**job.arguments["kwargs"])
    told(now)


def told(now: datetime) -> None:
    for one in Establishment.objects.order_by("pk"):
        telling.tell(establishment_id=one.pk, now=now)
    for alert in tending.followed(now):
        drafting.draft_checks(alert=alert, now=now)


def alert() -> NationalAlert:
    return NationalAlert.objects.select_related("vulnerability").get()
