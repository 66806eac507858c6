"""What mail servers report of a message: delivered, or returned. RFC 3464 reports, and the habits of those without."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from .enums import NoticeEventKind, NoticeState
from .models import Notice
from .planning import note
from .sending import step_failed

MOST_BYTES = 1 << 20  # of one report: what it returns of our message is two pages
# 32 hexadecimal digits before an @, as in our Message-ID, or alone, as in our envelope identifier.
OURS = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?=@|\s*$)", re.IGNORECASE | re.MULTILINE)
POSTMASTER = "mail server"


@dataclass(frozen=True, slots=True)
class Report:
    """One report on one of our messages."""

    uid: UUID
    delivered: bool
    told: str  # status and words of the server that gave up, or took it


class UnreadableReport(Exception):
    """Not a report on one of our messages; one sentence."""


def read_report(raw: bytes) -> Report | None:
    """Return what a report tells; None for one that only says "later". Raise UnreadableReport."""
    if len(raw) > MOST_BYTES:
        raise UnreadableReport("longer than a report")
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    fields = dict(_status_fields(message))
    action = fields.get("action", "").partition(" ")[0].lower()
    if not action:
        raise UnreadableReport("no part tells what happened (message/delivery-status)")
    uid = _uid(message, fields)
    if uid is None:
        raise UnreadableReport("it does not name one of our messages")
    if action == "delayed":
        return None
    told = f"{fields.get('status', '')} {fields.get('diagnostic-code', '')}".strip()
    return Report(uid, action in {"delivered", "relayed", "expanded"}, " ".join(told.split())[:300])


def _status_fields(message: Message) -> Iterator[tuple[str, str]]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        # A list of blocks: the message's, then one for each recipient; we have one recipient.
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message):
                yield from ((name.lower(), str(value)) for name, value in block.items())


def _uid(message: Message, fields: dict[str, str]) -> UUID | None:
    texts = [fields.get("original-envelope-id", "")]
    for part in message.walk():
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822"}:
            inner = part.get_payload()
            held = inner[0] if isinstance(inner, list) and inner else None
            texts.append(str(held.get("Message-ID", "")) if isinstance(held, Message) else _header(str(inner)))
    found = next((match[1] for text in texts if (match := OURS.search(text))), None)
    return UUID(hex=found) if found else None


def _header(text: str) -> str:
    return str(email.message_from_string(text).get("Message-ID", ""))


@transaction.atomic
def apply_report(report: Report, now: datetime) -> bool:
    """Write what it tells; False when we know no such message, or knew better already."""
    if report.delivered:
        changed = Notice.objects.filter(uid=report.uid, state=NoticeState.SENT).update(
            state=NoticeState.DELIVERED, reply=report.told
        )
    else:
        # Somebody who acknowledged has read it: a second copy that bounced changes nothing.
        left = Q(state__in=[NoticeState.SENT, NoticeState.DELIVERED])
        changed = Notice.objects.filter(left, uid=report.uid).update(state=NoticeState.BOUNCED, reply=report.told)
    if not changed:
        return False
    notice = Notice.objects.select_related("alert").get(uid=report.uid)
    kind = NoticeEventKind.DELIVERED if report.delivered else NoticeEventKind.BOUNCED
    note(notice, kind, now, POSTMASTER, report.told)
    if not report.delivered:
        step_failed(notice, now)
    return True
