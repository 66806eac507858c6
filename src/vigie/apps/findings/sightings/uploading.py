"""A report that somebody sends through a page: kept, read by a worker, brought in once they have seen what it says."""

import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.findings.enums import UploadState
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.models import Establishment, ImportRun
from vigie.apps.vault.encryption import decrypt, encrypt
from vigie.engine.file_name import shown_file_name
from vigie.sources.faults import SourceError

from .actions import import_report
from .models import Upload
from .previewing import preview

READ = "vigie.apps.findings.tasks.read_upload"
PURPOSE = "scanner-report"
BRING_IN = "vigie.apps.findings.tasks.bring_in_upload"
# What a request may carry. The report of a large hospital weighs more: `vigie import scanner` reads up to 4 GB.
MOST_BYTES = 30_000_000
KEPT = timedelta(days=1)  # unjudged, what was sent goes
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")


class UploadRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


@transaction.atomic
def receive(*, establishment: Establishment, file_name: str, content: bytes, by: str, now: datetime) -> Upload:
    """Keep it, and have a worker read it; nothing of it comes in yet. Raises UploadRefused."""
    if len(content) > MOST_BYTES:
        raise UploadRefused(
            _("This file weighs more than %(n)d MB. Have it imported with the command: vigie import scanner.")
            % {"n": MOST_BYTES // 1_000_000}
        )
    if content.startswith(PACKED):
        raise UploadRefused(_("This file is compressed. Unpack it first, then send the report itself."))
    uid = uuid.uuid4()
    made: Upload = Upload.objects.create(
        uid=uid,
        establishment=establishment,
        file_name=shown_file_name(file_name, otherwise="report"),
        size=len(content),
        content=encrypt(zlib.compress(content, 1), purpose=PURPOSE, about=str(uid)),
        sent_at=now,
        sent_by=by[:200],
    )
    audit.record(kind="report-sent", by=by, at=now, subject=made, finess=establishment.finess, file=made.file_name)
    jobs.enqueue(READ, key=f"upload:{made.pk}:read", now=now, priority=15, upload_id=made.pk)
    return made


def read(*, upload_id: int, now: datetime) -> None:
    """Tell what it would bring in, or why it cannot be read; twice is once."""
    row = Upload.objects.select_related("establishment").filter(pk=upload_id, state=UploadState.RECEIVED).first()
    if row is None:
        return
    try:
        with _on_disk(row) as path:
            told = preview(path=path, establishment=row.establishment, now=now)
    except SourceError as error:
        _refuse(row, error.reason, now)
        return
    if told.refusal:
        Upload.objects.filter(pk=row.pk).update(told=asdict(told))
        _refuse(row, told.refusal, now)
        return
    Upload.objects.filter(pk=row.pk, state=UploadState.RECEIVED).update(state=UploadState.READ, told=asdict(told))


@transaction.atomic
def accept(*, upload: Upload, by: str, now: datetime) -> None:
    """Have it brought in. Raises UploadRefused when it does not wait for anybody."""
    _judge(upload, UploadState.ACCEPTED, by, now)
    audit.record(kind="report-accepted", by=by, at=now, subject=upload)
    jobs.enqueue(BRING_IN, key=f"upload:{upload.pk}:in", now=now, priority=15, upload_id=upload.pk)


@transaction.atomic
def drop(*, upload: Upload, by: str, now: datetime) -> None:
    """Put it aside: nothing of it comes in. Raises UploadRefused."""
    _judge(upload, UploadState.DROPPED, by, now)
    audit.record(kind="report-dropped", by=by, at=now, subject=upload)


def _judge(upload: Upload, state: UploadState, by: str, now: datetime) -> None:
    waiting = Upload.objects.filter(pk=upload.pk, state=UploadState.READ)
    content = {"content": None} if state is UploadState.DROPPED else {}
    if not waiting.update(state=state, judged_by=by[:200], judged_at=now, **content):
        raise UploadRefused(_("This report does not wait for a decision any more."))


def bring_in(*, upload_id: int, now: datetime) -> None:
    """Import what was accepted; told twice it is stored once, so that a job that died may run again."""
    row = Upload.objects.select_related("establishment").filter(pk=upload_id, state=UploadState.ACCEPTED).first()
    if row is None:
        return
    try:
        with _on_disk(row) as path:
            report = import_report(path=path, establishment=row.establishment, by=row.judged_by, now=now)
    except SourceError as error:
        _refuse(row, error.reason, now)
        return
    if report.refused:
        _refuse(row, report.reason, now)
        return
    done = ImportRun.objects.get(pk=report.run_id)
    Upload.objects.filter(pk=row.pk).update(state=UploadState.DONE, run=done, content=None)


def forget(*, now: datetime) -> int:
    """Put aside what nobody judged within a day; return how many."""
    left = Upload.objects.filter(state__in=[UploadState.RECEIVED, UploadState.READ], sent_at__lt=now - KEPT)
    return left.update(state=UploadState.DROPPED, content=None, judged_at=now, judged_by="calendar")


@transaction.atomic
def _refuse(row: Upload, reason: str, now: datetime) -> None:
    Upload.objects.filter(pk=row.pk).update(state=UploadState.REFUSED, reason=reason[:1000], content=None)
    audit.record(kind="report-refused", by=row.sent_by, at=now, subject=row, reason=reason[:200])


@contextmanager
def _on_disk(row: Upload) -> Iterator[Path]:
    """The readers read files; its name is the one that the person knows, and is what their sentences name."""
    with tempfile.TemporaryDirectory(prefix="vigie-report-") as folder:
        name = "".join(c if c.isalnum() or c in " ._-" else "_" for c in row.file_name).strip(". ") or "report"
        path = Path(folder) / name
        path.write_bytes(zlib.decompress(decrypt(row.content, purpose=PURPOSE, about=str(row.uid))))
        yield path
