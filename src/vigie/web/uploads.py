"""What a request may carry: files go to the disk, and stop at a bound, before any view is asked."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from vigie.apps.findings.sightings.uploading import MOST_BYTES

MOST_FILES = 5  # no form of ours sends more at once


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps one byte more than is allowed, so that the view can say that it was too much; the rest is read and lost."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self._received = 0
        self._files = getattr(self, "_files", 0) + 1
        if self._files > MOST_FILES:
            raise StopUpload(connection_reset=True)
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = MOST_BYTES + 1 - self._received
        self._received += len(raw_data)
        if room > 0:
            super().receive_data_chunk(raw_data[:room], start)
        return None

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return super().file_complete(min(file_size, MOST_BYTES + 1))
