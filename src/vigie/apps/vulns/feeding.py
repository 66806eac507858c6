"""How each source's last attempt ended: a bad file changes `error` and nothing else."""

from datetime import date, datetime

from .models import Feed


def good(
    slug: str, *, now: datetime, as_of: datetime, records: int, published_on: date | None, sha256: str, waiting: int,
    remark: str,
) -> Feed:  # fmt: skip
    feed, _ = Feed.objects.update_or_create(
        slug=slug,
        defaults={
            "last_attempt_at": now,
            "last_good_at": as_of,
            "published_on": published_on,
            "records": records,
            "sha256": sha256,
            "waiting": waiting,
            "remark": remark,
            "error": "",
        },
    )
    return feed


def confirmed(slug: str, *, now: datetime, as_of: datetime, waiting: int, remark: str) -> None:
    """The source answered that nothing changed: that is as fresh as a new file."""
    Feed.objects.get_or_create(slug=slug)
    told = {"waiting": waiting, "remark": remark, "error": ""}
    Feed.objects.filter(slug=slug).update(last_attempt_at=now, last_good_at=as_of, **told)


def failed(slug: str, *, now: datetime, error: str, waiting: int) -> None:
    Feed.objects.get_or_create(slug=slug)
    Feed.objects.filter(slug=slug).update(last_attempt_at=now, error=error[:2000], waiting=waiting)
