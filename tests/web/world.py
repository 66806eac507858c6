"""A small invented region, complete enough for every page: levels, findings, looks, mandates, campaigns."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests import factories
from tests.apps.incidents import world as incidents
from tests.web import audited
from vigie.apps.assets import contests, proofs, proposals
from vigie.apps.assets.enums import ProposalSource
from vigie.apps.assets.models import Asset, Contest, Proof, SparedAddress
from vigie.apps.findings import telling
from vigie.apps.findings.models import (
    Finding,
    FindingEvent,
    FindingVulnerability,
    GroupAudit,
    Measure,
    Sighting,
    Upload,
    VanishedKind,
)
from vigie.apps.incidents.actions import follow_up
from vigie.apps.incidents.answering import typed_again
from vigie.apps.incidents.attaching import attach
from vigie.apps.incidents.models import Attachment, Declaration, Incident, WeaknessReport
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Alert, Notice
from vigie.apps.observatory.actions import compute_all
from vigie.apps.observatory.models import Level
from vigie.apps.registry.models import Establishment, Group, ImportRun, Territory
from vigie.apps.scans.models import Campaign, Look, RawAnswer, Service
from vigie.apps.vault.encryption import encrypt
from vigie.apps.vulns.models import Applicability, ApplicableProduct, PairMatch, Vulnerability
from vigie.apps.watch import drafting
from vigie.apps.watch.models import NationalAlert
from vigie.engine.matching import statement_of, to_plain

NAMES = ("Valmorne", "Brésange", "Ostreval", "Clairmont-sur-Doulce", "Tressigny", "Pont-Aubrac")
CHECKS = ("http-no-hsts", "ftp-no-tls", "dicom-exposed", "http-login-in-clear")
REMOTE = "pulsesecure:pulse_connect_secure"


@dataclass(frozen=True, slots=True)
class World:
    region: Territory
    department: Territory
    group: Group
    establishment: Establishment  # with everything
    unseen: Establishment  # without mandate nor look
    finding: Finding  # exploited, on remote access
    closed: Finding
    measure: Measure  # of the first finding
    vulnerability: Vulnerability
    campaign: Campaign  # running
    level: Level
    group_level: Level
    group_audit: GroupAudit  # of its group, under review
    sighting: Sighting  # told of the port of the first finding, to be verified
    upload: Upload  # a report that waits for a decision
    national_alert: NationalAlert  # of that vulnerability, new; it concerns its establishment
    declaration: Declaration  # of its establishment, completed once
    attachment: Attachment  # a picture given with it
    shared: Incident  # of a provider, that nobody confirmed yet
    weakness: WeaknessReport  # by somebody, not read yet
    notice: Notice  # urgent, about the first finding, to the officer of its establishment

    asset: Asset  # the address of the first establishment
    document: Proof  # signed, to be read by an analyst
    contest: Contest  # to be decided on
    vanished: VanishedKind  # to be judged
    spared: SparedAddress  # somebody asked that it be left alone


def build(now: datetime, establishments: int = 6, services_each: int = 4) -> World:
    region = factories.RegionFactory()
    departments = [
        factories.DepartmentFactory(code=code, name=name, parent=region)
        for code, name in (("X1", "Haute-Valombre"), ("X2", "Valombre-Maritime"), ("X3", "Basse-Valombre"))
    ]
    group = factories.GroupFactory(name="GHT de la Haute-Doulce", region=region)
    campaign = _campaigns(now)
    every = []
    for number in range(establishments):
        one = factories.EstablishmentFactory(
            name=f"Centre hospitalier de {NAMES[number % len(NAMES)]}{f' {number // 6 + 1}' if number >= 6 else ''}",
            department=departments[number % 3],
        )
        factories.SiteFactory(establishment=one)
        if number % 2 == 0:
            factories.MembershipFactory(establishment=one, group=group)
        every.append(one)
        if number != 1:
            _looked_at(one, number, services_each, campaign, now)
    finding, closed = _remote_access(every[0], now)
    compute_all(now=now - timedelta(minutes=5))
    _past(now)
    levels = Level.objects.order_by("-at")
    document, contest = _contested(every[0], now)
    declaration = _declared(every[0], now)
    return World(
        asset=Asset.objects.filter(establishment=every[0]).earliest("pk"),
        document=document,
        contest=contest,
        vanished=VanishedKind.objects.create(
            kind="check",
            subject="tls-certificate-expired",
            noticed_at=now - timedelta(hours=1),
            since=now - timedelta(days=1),
            findings=12,
            establishments=6,
        ),
        spared=SparedAddress.objects.create(
            value="198.51.100.64/32",
            why="opt_out",
            treatment="none",
            asked_by="Hébergeur Exemple, abuse@exemple.example",
            recorded_at=now - timedelta(days=3),
            recorded_by="cli:analyste",
        ),
        region=region,
        department=departments[0],
        group=group,
        establishment=every[0],
        unseen=every[1],
        finding=finding,
        closed=closed,
        measure=Measure.objects.create(
            finding=finding, text="Filtré vers le prestataire", recorded_at=now, recorded_by="cli:aline"
        ),
        vulnerability=Vulnerability.objects.get(cve="CVE-2021-22893"),
        campaign=campaign,
        level=levels.filter(subject_kind="establishment", subject_id=every[0].pk)[0],
        group_level=levels.filter(subject_kind="group", subject_id=group.pk)[0],
        group_audit=audited.under_review(group, every[::2], now),
        sighting=_sighted(finding, now),
        upload=_sent(every[0], now),
        notice=_told(every, now),
        national_alert=_alerted(now),
        declaration=declaration,
        attachment=_attached(declaration, now),
        shared=incidents.shared(now),
        weakness=incidents.reported(every[0], now),
    )


def _declared(one: Establishment, now: datetime) -> Declaration:
    """A ransomware of the night, then what was learnt of it an hour later."""
    seen = timezone.localtime(now - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    at = now - timedelta(hours=2)
    made = incidents.declared(one, at, discovered_at=seen).declaration
    told = {**typed_again(made.versions.get()), "measures": "Serveur d'imagerie isolé.", "system": "partial"}
    follow_up(declaration=made, typed=told, by="test", now=at + timedelta(hours=1))
    return made


def _attached(declaration: Declaration, now: datetime) -> Attachment:
    picture = SimpleUploadedFile("ecran.png", b"\x89PNG\r\n\x1a\n" + bytes(20))
    return attach(declaration=declaration, sent=picture, by="test", now=now)


def _sighted(finding: Finding, now: datetime) -> Sighting:
    """Nessus says what our check can verify, what nothing of ours asks, and a fact."""
    run = ImportRun.objects.create(
        kind="scanner",
        state="applied",
        records="nessus",
        file_name="hebdo.nessus",
        sha256="0" * 64,
        at=now,
        by="cli:aline",
    )
    told = (
        (
            "104743",
            "TLS Version 1.0 Protocol Detection",
            "weakness",
            "medium",
            ["CVE-2011-3389"],
            "TLSv1.0 is enabled.",
        ),
        ("990001", "Plug-in that nobody knows", "weakness", "high", [], ""),
        ("22964", "Service Detection", "fact", "", [], "A web server is running on this port."),
    )
    made = [
        Sighting.objects.create(
            establishment=finding.establishment,
            run=run,
            tool="nessus",
            identifier=identifier,
            key=f"{number:032d}",
            address=finding.address,
            name="vpn.valmorne.example",
            port=finding.port,
            transport="tcp",
            title=title,
            kind=kind,
            severity=severity,
            cves=cves,
            evidence=evidence,
            first_seen=now - timedelta(days=9),
            last_seen=now - timedelta(days=2),
            recorded_at=now - timedelta(days=1),
        )
        for number, (identifier, title, kind, severity, cves, evidence) in enumerate(told)
    ]
    return made[0]


def _sent(one: Establishment, now: datetime) -> Upload:
    told = {"tool": "nessus", "rows": 412, "told": {"weakness": 31, "fact": 371, "sound": 0}, "known": 12}
    told |= {"unrecognised": 3, "bad": 10, "bad_rows": [[7, "'abc' is not a port"]], "foreign": 9}
    told |= {"foreign_places": ["203.0.113.66"], "refusal": ""}
    return Upload.objects.create(
        establishment=one,
        file_name="hebdo.nessus",
        size=812_345,
        uid=(uid := uuid.uuid4()),
        content=encrypt(b"x", purpose="scanner-report", about=uid),
        state="read",
        sent_at=now,
        sent_by="cli:aline",
        told=told,
    )


def _alerted(now: datetime) -> NationalAlert:
    """CISA listed it, an hour ago."""
    known = Vulnerability.objects.get(cve="CVE-2021-22893")
    made = NationalAlert.objects.create(
        vulnerability=known, trigger="kev", told_on=now.date(), opened_at=now - timedelta(hours=1),
        policy="national-alert-2026-11-23",
    )  # fmt: skip
    drafting.count(alert=made, now=now - timedelta(minutes=59))
    return made


def _contested(one: Establishment, now: datetime) -> tuple[Proof, Contest]:
    """Of a domain that it declared once: a document to read, a claim to decide on; and something proposed."""
    former = Asset(establishment=one, kind="domain", value="ancien-valmorne.example")
    document = proofs.send_document(
        asset=former, name="attestation.pdf", data=b"%PDF-1.7 sign\xe9", by="cli:aline", now=now
    )
    clue = proposals.Clue("domain", "messagerie.valmorne.example", ProposalSource.MX, "valmorne.example")
    proposals.propose(establishment=one, clues=[clue], by="vigie", now=now)
    return document, contests.deny(asset=former, reason="Cédé en 2019", by="cli:aline", now=now)


def _told(every: list[Establishment], now: datetime) -> Notice:
    """The officer of the first is told; the second must be called; what concerns the third waits for a release."""
    for one in (every[0], every[2]):
        officer = notices.declare_contact(
            owner=one,
            role="officer",
            name="Aline Exemple",
            email="aline@valmorne.example",
            telephone="01 23 45 67 89",
            by="cli:aline",
            now=now - timedelta(days=2),
        )
        notices.confirm_contact(contact=officer, by="cli:aline", now=now - timedelta(days=2))
    telling.tell(establishment_id=every[0].pk, now=now - timedelta(days=1))
    occasion = notices.Occasion("campaign:0", "Regard de la veille")
    for number in (1, 2):
        urgent = notices.Subject(900_000 + number, 1, "critical", now + timedelta(days=3), True)
        notices.tell(establishment=every[number], occasion=occasion, subjects=[urgent], now=now - timedelta(hours=5))
    Alert.objects.filter(establishment=every[2]).update(held=True)
    Notice.objects.filter(alert__establishment=every[2]).update(state="planned")
    return Notice.objects.filter(alert__establishment=every[0], urgent=True).earliest("pk")


def _campaigns(now: datetime) -> Campaign:
    factories.CampaignFactory(started_at=now - timedelta(days=1, hours=2), ended_at=now - timedelta(days=1))
    return factories.CampaignFactory(
        name="Regard du matin",
        state="running",
        started_at=now - timedelta(minutes=4),
        ended_at=None,
        not_looked=[{"establishment": 2, "finess": "000000035", "reason": "no mandate"}],
    )


def _looked_at(one: Establishment, number: int, services: int, campaign: Campaign, now: datetime) -> None:
    factories.MandateFactory(
        establishment=one, valid_from=now - timedelta(days=100), valid_until=now + timedelta(days=100)
    )
    done = factories.ShardFactory(
        campaign=Campaign.objects.exclude(pk=campaign.pk).latest("pk"),
        establishment=one,
        ended_at=now - timedelta(days=1),
        started_at=now - timedelta(days=1, hours=1),
        hosts=1,
        hosts_done=1,
        hosts_reached=1,
        questions=services * 3,
        services_found=services,
    )
    factories.ShardFactory(
        campaign=campaign,
        establishment=one,
        state="done" if number % 2 else "waiting",
        started_at=now - timedelta(minutes=3),
        hosts=3,
        hosts_done=3 if number % 2 else 1,
        hosts_reached=1,
        questions=42,
        services_found=services,
        unknowns={"silent": 2, "outside the window": 1},
    )
    address = f"127.61.{number // 200}.{number % 200 + 1}"
    factories.AssetFactory(establishment=one, value=address, label="passerelle")
    Look.objects.create(
        shard=done,
        address=address,
        started_at=now - timedelta(days=1, minutes=3),
        ended_at=now - timedelta(days=1),
        reached=True,
        open_ports=list(range(2222, 2222 + services)),
    )
    pair = factories.PairFactory(version="9.9p1")
    for index in range(services):
        silent = index == 3
        service = factories.ServiceFactory(
            establishment=one,
            address=address,
            port=2222 + index,
            service="" if silent else "ssh",
            pair=None if silent else pair,
            answer="silent" if silent else "answered",
            reason="silent" if silent else "",
            first_seen=now - timedelta(days=40),
            last_confirmed=now - timedelta(days=1),
        )
        if index < number % 5 and not silent:
            _weak(service, CHECKS[index % len(CHECKS)], now)


def _weak(service: Service, slug: str, now: datetime) -> None:
    finding = factories.FindingFactory(
        establishment=service.establishment,
        service=service,
        kind="check",
        subject=slug,
        seen_version="",
        severity="medium",
        first_seen=now - timedelta(days=12),
        last_confirmed=now - timedelta(days=1),
        deadline=now + timedelta(days=78),
        evidence=[{"label": "banner", "value": "SSH-2.0-OpenSSH_9.9p1"}],
    )
    FindingEvent.objects.create(finding=finding, kind="detected", at=finding.first_seen, by="worker")


def _remote_access(one: Establishment, now: datetime) -> tuple[Finding, Finding]:
    pair = factories.PairFactory(vendor="pulsesecure", product="pulse_connect_secure", version="9.1R11.3")
    known = factories.VulnerabilityFactory(
        cve="CVE-2021-22893",
        title_fr="Pulse Connect Secure : prise de contrôle sans mot de passe",
        title_en="Pulse Connect Secure: takeover without a password",
        description="An authentication bypass that lets an unauthenticated user execute files on the gateway.",
        cvss="10.0",
        epss=0.9436,
        epss_on=now.date(),
        kev_on=now.date() - timedelta(days=600),
        kev_ransomware=True,
        published_at=now - timedelta(days=900),
        references=["https://example.org/advisory"],
        updated_at=now,
    )
    factories.VulnerabilityFactory(updated_at=now, published_at=now - timedelta(days=500))
    told = to_plain(statement_of(f"{REMOTE} <9.1R11.4"))
    statement = Applicability.objects.create(vulnerability=known, source="vigie", statement=told, sha256="0" * 64)
    ApplicableProduct.objects.create(applicability=statement, vendor=pair.vendor, product=pair.product)
    PairMatch.objects.create(
        pair=pair,
        vulnerability=known,
        verdict="affected",
        source="vigie",
        evidence="9.1R11.3 < 9.1R11.4",
        fixed_in="9.1R11.4",
        since=now - timedelta(days=20),
    )
    service = factories.ServiceFactory(
        establishment=one,
        address="127.61.0.1",
        port=8443,
        name="vpn.valmorne.example",
        service="https",
        pair=pair,
        first_seen=now - timedelta(days=40),
        last_confirmed=now - timedelta(days=1),
    )
    look = Look.objects.filter(shard__establishment=one).latest("pk")
    RawAnswer.objects.create(
        service=service,
        look=look,
        probe="https",
        at=look.ended_at,
        asked=encrypt(
            b"GET /dana-na/nc/nc_gina_ver.txt HTTP/1.1\r\nHost: vpn.valmorne.example\r\n\r\n",
            purpose="raw-answer",
            about=service.pk,
        ),
        answered=encrypt(b"HTTP/1.1 200 OK\r\n\r\n9.1.11.3 \x1b[31m\xe9", purpose="raw-answer", about=service.pk),
        answered_length=31,
    )
    finding = factories.FindingFactory(
        establishment=one,
        service=service,
        subject=REMOTE,
        seen_version="9.1R11.3",
        fixed_version="9.1R11.4",
        severity="critical",
        exploited=True,
        priority="now",
        remote_access=True,
        first_seen=now - timedelta(days=20),
        last_confirmed=now - timedelta(days=1),
        deadline=now - timedelta(days=16),
        evidence=[{"label": "pulse_version", "value": "9.1.11.3"}],
    )
    FindingEvent.objects.create(finding=finding, kind="detected", at=finding.first_seen, by="worker", look=look)
    FindingVulnerability.objects.create(
        finding=finding, vulnerability=known, verdict="affected", since=finding.first_seen
    )
    closed = factories.FindingFactory(
        establishment=one,
        service=None,
        address="127.61.0.1",
        port=2121,
        subject="proftpd:proftpd",
        seen_version="1.3.5",
        state="closed",
        first_seen=now - timedelta(days=30),
        last_confirmed=now - timedelta(days=12),
        deadline=now - timedelta(days=2),
        closed_at=now - timedelta(days=10),
        close_reason="ProFTPD 1.3.8c seen",
    )
    for kind, days in (("detected", 30), ("closed", 10)):
        FindingEvent.objects.create(finding=closed, kind=kind, at=now - timedelta(days=days), by="worker")
    return finding, closed


def _past(now: datetime) -> None:
    """Two older levels before each, so that history has something to show."""
    for level in list(Level.objects.all()):
        for days, low, high in ((60, -20, 0), (25, -8, 0)):
            level.pk = None
            level.at = level.confirmed_at = now - timedelta(days=days)
            level.low, level.high = max(0, level.low + low), max(0, level.low + low, level.high + high)
            level.save(force_insert=True)
