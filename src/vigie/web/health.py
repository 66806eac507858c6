"""Is it alive, can it work, and how is it going: for supervisors, load balancers and monitoring."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from vigie.apps.findings.models import Finding
from vigie.apps.jobs.queries import QueueState, queue_state
from vigie.apps.scans.models import Campaign, Shard
from vigie.apps.vulns.models import Feed

UNKNOWN_QUEUE = QueueState("unknown", 0, 0, 0)
LOOPBACK = {"127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class FeedState:
    state: str  # "ok", "failed" at its last attempt, or "never" read
    last_good: str | None


@dataclass(frozen=True, slots=True)
class CampaignState:
    state: str = "none"
    targets: int = 0  # addresses to look at
    services: int = 0  # seen by this campaign
    findings: int = 0  # open now


@dataclass(frozen=True, slots=True)
class Readiness:
    database: str  # "ok", "not-initialised" or "unavailable"
    queue: QueueState = UNKNOWN_QUEUE
    feeds: dict[str, FeedState] = field(default_factory=dict)
    last_campaign: CampaignState = CampaignState()

    @property
    def well(self) -> bool:
        return self.database == "ok" and self.queue.well

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"database": {"state": self.database}}


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; it says its name, so that a second one knows whom it met."""
    return JsonResponse({"status": "ok", "product": "vigie"})


@never_cache
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Work can be done: 200 when the database answers and a worker lives, else 503; the reasons either way."""
    readiness = examine(timezone.now())
    return JsonResponse(
        readiness.document(), status=HTTPStatus.OK if readiness.well else HTTPStatus.SERVICE_UNAVAILABLE
    )


def examine(now: datetime) -> Readiness:
    try:
        return Readiness("ok", queue_state(now), _feeds(), _last_campaign())
    except (DatabaseError, InterfaceError):
        return Readiness(_why_not())


def _why_not() -> str:
    """Tell a database that nobody has initialised from one that does not answer."""
    try:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
    except (DatabaseError, InterfaceError):
        connection.close()
        return "unavailable"
    return "not-initialised" if "jobs_job" not in tables else "unavailable"


def _feeds() -> dict[str, FeedState]:
    return {feed.slug: _feed(feed) for feed in Feed.objects.order_by("slug")}


def _feed(feed: Feed) -> FeedState:
    if feed.last_good_at is None:
        return FeedState("failed" if feed.error else "never", None)
    return FeedState("failed" if feed.error else "ok", feed.last_good_at.isoformat())


def _last_campaign() -> CampaignState:
    campaign = Campaign.objects.rounds().order_by("-started_at", "-pk").first()
    if campaign is None:
        return CampaignState()
    seen = Shard.objects.filter(campaign=campaign).aggregate(hosts=Sum("hosts"), services=Sum("services_found"))
    return CampaignState(
        state=campaign.state,
        targets=seen["hosts"] or 0,
        services=seen["services"] or 0,
        findings=Finding.objects.standing().count(),
    )


@never_cache
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a Prometheus on this machine only: behind a proxy every caller looks local, so none may be behind one."""
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or _was_forwarded(request):
        return HttpResponseForbidden("Metrics are read from this machine only.\n", content_type="text/plain")
    now = timezone.now()
    return HttpResponse(generate_latest(measure(examine(now), now)), content_type=CONTENT_TYPE_LATEST)


def _was_forwarded(request: HttpRequest) -> bool:
    return any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"))


def measure(readiness: Readiness, now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, what: str, values: dict[str, float], label: str = "") -> None:
        made = Gauge(f"vigie_{name}", what, [label] if label else [], registry=registry)
        for key, value in values.items():
            (made.labels(key) if label else made).set(value)

    gauge("ready", "1 when the database answers and a worker lives.", {"": readiness.well})
    if readiness.database != "ok":
        return registry
    queue = readiness.queue
    gauge("jobs", "Unfinished jobs.", {"ready": queue.ready, "running": queue.running}, "state")
    gauge("workers", "Worker processes alive.", {"": queue.workers})
    ages = {
        slug: (now - datetime.fromisoformat(feed.last_good)).total_seconds()
        for slug, feed in readiness.feeds.items()
        if feed.last_good
    }
    gauge("feed_age_seconds", "Since the source was last read well.", ages, "feed")
    by_severity = Finding.objects.standing().order_by().values_list("severity").annotate(Count("pk"))
    gauge("findings_open", "Open findings.", dict(by_severity), "severity")
    return registry
