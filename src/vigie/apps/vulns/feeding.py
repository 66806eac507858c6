"""How each source's last attempt ended: a bad file changes `error` and nothing else."""

from datetime import date, datetime

from django.db.models import F

from .models import Feed


def good(slug: str, *, now: datetime, records: int, published_on: date | None, sha256: str) -> Feed:
    feed, _ = Feed.objects.update_or_create(
        slug=slug,
        defaults={
            "last_attempt_at": now,
            "last_good_at": now,
            "published_on": published_on,
            "records": records,
            "sha256": sha256,
            "error": "",
        },
    )
    return feed


def confirmed(slug: str, *, now: datetime) -> None:
    """The source answered that nothing changed: that is as fresh as a new file."""
    Feed.objects.filter(slug=slug).update(last_attempt_at=now, last_good_at=now, error="")


def failed(slug: str, *, now: datetime, error: str) -> None:
    Feed.objects.get_or_create(slug=slug)
    Feed.objects.filter(slug=slug).update(last_attempt_at=now, error=error[:2000], records=F("records"))
