"""What a person follows: a product or a vulnerability, since when, and until when they have looked."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.accounts.models import User
from vigie.apps.audit import actions as audit
from vigie.apps.vulns.models import ApplicableProduct, Pair, Vulnerability

from .enums import WatchedKind
from .models import Watched, WatchTelling
from .refusals import NotWatchable

CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
MOST = 200  # things that one person follows


@transaction.atomic
def watch(*, user: User, name: str, by: str, now: datetime) -> Watched:
    """Follow "CVE-2024-21762" or "fortinet:fortios"; the same again changes nothing. Raise NotWatchable."""
    kind, named = _known(name)
    if Watched.objects.filter(user=user).count() >= MOST:
        raise NotWatchable(_("You follow %(n)d things already: stop following one first.") % {"n": MOST})
    row, made = Watched.objects.get_or_create(
        user=user, kind=kind, name=named, defaults={"since": now, "looked_at": now}
    )
    WatchTelling.objects.get_or_create(user=user, defaults={"told_at": now})
    if made:
        audit.record(kind="watched", by=by, at=now, subject=row, name=named)
    return row


def _known(name: str) -> tuple[WatchedKind, str]:
    words = name.strip()
    if CVE.fullmatch(words.upper()):
        if Vulnerability.objects.filter(cve=words.upper()).exists():
            return WatchedKind.VULNERABILITY, words.upper()
        raise NotWatchable(_("This vulnerability is not known here yet."))
    vendor, colon, product = words.lower().partition(":")
    named = {"vendor": vendor, "product": product}
    if colon and (Pair.objects.filter(**named).exists() or ApplicableProduct.objects.filter(**named).exists()):
        return WatchedKind.PRODUCT, f"{vendor}:{product}"
    raise NotWatchable(_("Write a CVE identifier, or vendor:product as the page of the product names it."))


@transaction.atomic
def unwatch(*, user: User, pk: int, by: str, now: datetime) -> bool:
    """False when this person did not follow it."""
    row = Watched.objects.filter(user=user, pk=pk).first()
    if row is None:
        return False
    audit.record(kind="unwatched", by=by, at=now, subject=row, name=row.name)
    row.delete()
    return True


@transaction.atomic
def look_at(*, user: User, by: str, now: datetime) -> int:
    """What was new until now has been looked at; return how many things are followed."""
    audit.record(kind="watch-looked-at", by=by, at=now, subject=user)
    return Watched.objects.filter(user=user).update(looked_at=now)
