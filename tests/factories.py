"""Invented objects for tests; names that nobody bears."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from vigie.apps.accounts.models import Role, User
from vigie.apps.assets.models import Asset, Mandate, Proof
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.registry.models import Establishment, Group, ImportRun, Membership, Site, SiteCapacity, Territory
from vigie.apps.scans import presence
from vigie.apps.scans.models import Campaign, Service, Shard
from vigie.apps.vulns.models import Pair, Vulnerability

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def luhn_finess(number: int) -> str:
    """A FINESS number of the unused 00 range with its right check digit."""
    body = f"00{number:06d}"
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Territory
        django_get_or_create = ("kind", "code")

    kind = "region"
    code = "X1"
    name = "Valombre"
    invented = True


class DepartmentFactory(RegionFactory):
    kind = "department"
    code = "X1"
    name = "Haute-Valombre"
    parent = factory.SubFactory(RegionFactory)


class EstablishmentFactory(DjangoModelFactory):
    class Meta:
        model = Establishment

    finess = factory.Sequence(lambda n: luhn_finess(n * 2 + 1))
    name = factory.Sequence(lambda n: f"Centre hospitalier de Valmorne {n}")
    category = "355"
    category_label = "Centre Hospitalier (C.H.)"
    department = factory.SubFactory(DepartmentFactory)
    city = "VALMORNE"
    postal_code = "00199"
    opened_on = date(1990, 1, 1)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site
        skip_postgeneration_save = True

    finess = factory.Sequence(lambda n: luhn_finess(n * 2 + 500_000))
    establishment = factory.SubFactory(EstablishmentFactory)
    name = factory.SelfAttribute("establishment.name")
    category = "355"
    department = factory.SelfAttribute("establishment.department")
    opened_on = date(1990, 1, 1)

    @factory.post_generation
    def beds(self, create, extracted, **_):
        """What the survey of 2023 told of it; nothing when not given."""
        if extracted is not None:
            day = date(2023, 12, 31)
            learnt = datetime(2024, 6, 1, tzinfo=UTC)
            SiteCapacity.objects.create(site=self, beds=extracted, places=0, valid_from=day, recorded_at=learnt)


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    kind = "ght"
    code = factory.Sequence(lambda n: f"VA-{n:02d}")
    name = factory.Sequence(lambda n: f"GHT de la Valombre {n}")
    region = factory.SubFactory(RegionFactory)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    establishment = factory.SubFactory(EstablishmentFactory)
    group = factory.SubFactory(GroupFactory)
    valid_from = date(2016, 7, 1)
    recorded_at = NOW - timedelta(days=300)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        # Sees everything, which most pages are tested with; `analyst=False` gives somebody without any role.
        analyst = factory.Trait(role=factory.RelatedFactory("tests.factories.RoleFactory", factory_related_name="user"))

    email = factory.Sequence(lambda n: f"aline{n}@vigie.example")
    name = "Aline Exemple"
    analyst = True


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role

    user = factory.SubFactory(UserFactory, analyst=False)
    kind = "national_analyst"
    scope_kind = "nation"
    valid_from = NOW - timedelta(days=100)
    recorded_at = NOW - timedelta(days=100)
    recorded_by = "test"


class AssetFactory(DjangoModelFactory):
    class Meta:
        model = Asset

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "address"
    value = factory.Sequence(lambda n: f"127.61.{n // 250}.{n % 250 + 1}")
    valid_from = date(2026, 1, 1)
    recorded_at = NOW - timedelta(days=300)


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = Mandate

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "laboratory"
    host = factory.LazyAttribute(lambda one: "Hébergeur Exemple" if one.kind == "hosted" else "")
    signatory = "Directrice Exemple"
    basis = "laboratory"
    valid_from = NOW - timedelta(days=100)
    valid_until = NOW + timedelta(days=100)
    recorded_at = NOW - timedelta(days=100)
    recorded_by = "test"


class ProofFactory(DjangoModelFactory):
    """That a value is its establishment's, accepted."""

    class Meta:
        model = Proof

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "address"
    value = "198.51.100.9"
    method = "document"
    state = "accepted"
    asked_at = NOW - timedelta(days=50)
    asked_by = "test"
    valid_until = NOW + timedelta(days=100)


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    name = "Look of the night"
    state = "finished"
    ports = [2222, 8443]
    started_at = NOW - timedelta(hours=2)
    ended_at = NOW - timedelta(hours=1)
    started_by = "test"


class ShardFactory(DjangoModelFactory):
    class Meta:
        model = Shard

    campaign = factory.SubFactory(CampaignFactory)
    establishment = factory.SubFactory(EstablishmentFactory)
    state = "done"


class PairFactory(DjangoModelFactory):
    class Meta:
        model = Pair
        django_get_or_create = ("vendor", "product", "version")

    vendor = "openbsd"
    product = "openssh"
    version = "9.2p1"


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service
        skip_postgeneration_save = True

    establishment = factory.SubFactory(EstablishmentFactory)
    address = factory.Sequence(lambda n: f"127.61.{n // 250}.{n % 250 + 1}")
    port = 2222
    service = "ssh"
    answer = "answered"
    pair = factory.SubFactory(PairFactory)
    facts_sha256 = "0" * 64
    first_seen = NOW - timedelta(days=40)
    last_confirmed = NOW - timedelta(hours=1)

    @factory.post_generation
    def present(self, create, extracted, **kwargs):
        """As recording does; what a test changes by hand afterwards is counted by `presence.recount`."""
        if create and self.pair_id is not None and self.ended_at is None:
            presence.move(establishment_id=self.establishment_id, moves=Counter({self.pair_id: 1}), now=NOW)


class VulnerabilityFactory(DjangoModelFactory):
    class Meta:
        model = Vulnerability
        django_get_or_create = ("cve",)

    cve = "CVE-2024-6387"
    title_fr = "OpenSSH : exécution de code à distance par une course dans le serveur"
    title_en = "OpenSSH: remote code execution by a race in the server"
    cvss = "8.1"
    updated_at = NOW


class FindingFactory(DjangoModelFactory):
    class Meta:
        model = Finding

    establishment = factory.SubFactory(EstablishmentFactory)
    service = factory.SubFactory(ServiceFactory, establishment=factory.SelfAttribute("..establishment"))
    address = factory.SelfAttribute("service.address")
    port = factory.SelfAttribute("service.port")
    names = factory.LazyAttribute(lambda finding: [finding.service.name if finding.service else ""])
    kind = "product"
    subject = "openbsd:openssh"
    seen_version = "9.2p1"
    severity = "high"
    first_seen = NOW - timedelta(days=40)
    last_confirmed = NOW - timedelta(hours=1)
    deadline = NOW - timedelta(days=10)
    policy = "deadlines-2026-01-01"


class ReportRunFactory(DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "scanner"
    state = "applied"
    file_name = "weekly.nessus"
    sha256 = "0" * 64
    at = NOW - timedelta(days=1)
    by = "test"


class SightingFactory(DjangoModelFactory):
    class Meta:
        model = Sighting

    establishment = factory.SubFactory(EstablishmentFactory)
    run = factory.SubFactory(ReportRunFactory)
    tool = "nessus"
    identifier = factory.Sequence(lambda n: str(900_000 + n))
    key = factory.Sequence(lambda n: f"{n:032d}")
    address = "127.62.20.1"
    port = 443
    transport = "tcp"
    title = "Something weak"
    kind = "weakness"
    severity = "high"
    first_seen = NOW - timedelta(days=9)
    last_seen = NOW - timedelta(days=2)
    recorded_at = NOW - timedelta(days=1)
