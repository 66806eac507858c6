"""Files given with a declaration: looked at before they are kept, encrypted, read by few, purged with a reason."""

import hashlib
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.vault.encryption import decrypt, encrypt
from vigie.data.incident_rules import IncidentLimits, limits
from vigie.engine.incidents.files import FileBounds, Flaw, Looked, Refused, look
from vigie.engine.incidents.patients import Trace

from .enums import AttachmentState, IncidentEventKind
from .models import Attachment, AttachmentBody, Declaration
from .recording import note
from .refusals import AlreadyDone, FileRefused, Incomplete, TooMany

PURPOSE = "attachment"
MOST_NAME, MOST_REASON = 200, 300


class Sent(Protocol):
    """What a form brings: told to be too large before it is read."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


@transaction.atomic
def attach(*, declaration: Declaration, sent: Sent, by: str, now: datetime) -> Attachment:
    """Keep a file beside what was declared. Raises FileRefused, AlreadyDone, TooMany; nothing of it is then kept."""
    rule = limits(now.date())
    row = Declaration.objects.select_for_update(of=("self",)).select_related("incident").get(pk=declaration.pk)
    if row.attachments.exclude(state=AttachmentState.PURGED).count() >= rule.attachments:
        raise TooMany(_("This declaration has %(n)s files already: no more are taken.") % {"n": rule.attachments})
    name = _printed(sent.name or "")
    if (sent.size or 0) > rule.attachment_bytes:
        raise FileRefused(_sentence(Refused(Flaw.TOO_LARGE), name, rule))
    content = sent.read()
    told = look(name, content, bounds(rule))
    if not isinstance(told, Looked):
        raise FileRefused(_sentence(told, name, rule))
    digest = hashlib.sha256(content).hexdigest()
    if row.attachments.filter(sha256=digest).exists():
        raise AlreadyDone(_("This file was given already: “%(name)s”.") % {"name": name})
    one = Attachment.objects.create(
        declaration=row, name=name, media_type=told.media_type, size=len(content), sha256=digest, at=now, by=by[:200]
    )
    AttachmentBody.objects.create(attachment=one, content=encrypt(content, purpose=PURPOSE, about=one.pk))
    note(row.incident, IncidentEventKind.ATTACHED, by=by, now=now, declaration=row.reference, sha256=digest)
    return one


def bounds(rule: IncidentLimits) -> FileBounds:
    return FileBounds(rule.attachment_bytes, rule.attachment_types, rule.unpacked_bytes, rule.archive_files)


def _printed(name: str) -> str:
    """The last part of a path as a browser gives it, without what is not printed; its ending stays."""
    text = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    return text if len(text) <= MOST_NAME else f"{text[:150]}…{text[-20:]}"


@transaction.atomic
def taken_away(*, attachment: Attachment, by: str, now: datetime) -> bytes:
    """The file as it was given, for somebody who takes it away: that is an event. Raises AlreadyDone once purged."""
    body = AttachmentBody.objects.filter(attachment=attachment).first()
    if body is None:
        raise AlreadyDone(_("This file was purged: only what it was is kept."))
    record(kind="incident-file-taken-away", by=by, at=now, subject=attachment, sha256=attachment.sha256)
    return decrypt(body.content, purpose=PURPOSE, about=attachment.pk)


@transaction.atomic
def purge(*, attachment: Attachment, reason: str, by: str, now: datetime) -> None:
    """Destroy what the file holds; that it was there, its digest and the reason stay.

    Raises Incomplete, AlreadyDone.
    """
    words = reason.strip()[:MOST_REASON]
    if not words:
        raise Incomplete(_("Say why: it stays in the history."))
    kept = Attachment.objects.filter(pk=attachment.pk).exclude(state=AttachmentState.PURGED)
    if not kept.update(state=AttachmentState.PURGED, purged_at=now, purged_by=by[:200], purge_reason=words):
        raise AlreadyDone(_("This file was purged: only what it was is kept."))
    AttachmentBody.objects.filter(attachment=attachment).delete()
    declaration = attachment.declaration
    note(
        declaration.incident,
        IncidentEventKind.PURGED,
        by=by,
        now=now,
        words=words,
        declaration=declaration.reference,
        sha256=attachment.sha256,
    )


def _sentence(why: Refused, name: str, rule: IncidentLimits) -> str:
    """What is wrong with the file and what to do, in the language of the reader."""
    if why.flaw is Flaw.PATIENT and why.trace is not None:
        return _of_a_patient(why, why.trace, name)
    words = {
        Flaw.EMPTY: _("“%(name)s” is empty: choose the file again."),
        Flaw.TOO_LARGE: _(
            "“%(name)s” is larger than %(most)s MB, the most that is taken. "
            "Send the part that matters, or call the cell."
        ),
        Flaw.NO_KIND: _("“%(name)s” is of a kind that is not taken. These are: %(kinds)s."),
        Flaw.ACTIVE: _(
            "“%(name)s” is, or holds, something that runs when it is opened (a script, a program, a drawing with "
            "scripts, macros): it is not taken. Send a picture, a PDF or a text of it, or call the cell."
        ),
        Flaw.NOT_AS_NAMED: _("“%(name)s” is not what its name says. Save it again in its own kind, and send that."),
        Flaw.BOMB: _(
            "“%(name)s” unpacks to more than is looked at (%(unpacked)s MB, %(files)s files): it is not taken. "
            "Send the files that matter."
        ),
        Flaw.LOCKED: _(
            "“%(name)s” is protected by a password: nobody can see whether it holds data of patients. "
            "Send it without one, or call the cell."
        ),
        Flaw.NESTED: _("“%(name)s” holds another archive (%(member)s): send what that one holds apart."),
        Flaw.BROKEN: _("“%(name)s” cannot be read as an archive: make it again as a plain ZIP, and send that."),
    }[why.flaw]
    return words % {
        "name": name or "?",
        "member": _printed(why.member)[:80],
        "most": rule.attachment_bytes // 1_000_000,
        "kinds": ", ".join(rule.attachment_types),
        "unpacked": rule.unpacked_bytes // 1_000_000,
        "files": rule.archive_files,
    }


def _of_a_patient(why: Refused, trace: Trace, name: str) -> str:
    what = {
        Trace.NUMBER: _("the national number of a patient"),
        Trace.HL7: _("a message about a patient (HL7)"),
        Trace.DICOM: _("a medical image (DICOM)"),
    }[trace]
    place = f" ({_printed(why.member)[:80]})" if why.member else ""
    if why.line is not None:
        place = " " + _("(line %(line)s)") % {"line": why.line}
    return _(
        "“%(name)s” holds what looks like %(what)s%(place)s: it was not kept. No data of a patient is needed here: "
        "mask them and send the file again."
    ) % {"name": name, "what": what, "place": place}
