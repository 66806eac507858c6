"""Does an HL7 v2 listener wait here? Without leave, no byte is sent to it: only its silence is seen."""

from vigie.engine.facts import Answer, Facts, MllpFacts

from .answer import Found, kept
from .connection import Connection
from .errors import ProbeError, Silent

EMPTY_FRAME = b"\x0b\x1c\x0d"  # <VT><FS><CR>: a frame without message
_START = b"\x0b"


async def ask(connection: Connection, *, may_send: bool, first: float) -> Found | None:
    """Listen; send the empty frame only when the mandate expressly allows it. None when something else speaks."""
    try:
        if may_send:
            await connection.send(EMPTY_FRAME)
        heard = await connection.read_first(first=first)
    except Silent:
        reason = "no answer to an empty frame" if may_send else "listens in silence: possible MLLP, nothing was sent"
        return Found("mllp", Facts(mllp=MllpFacts(proven=False, framed_bytes=0)), (), Answer.SILENT, reason)
    except ProbeError:
        if may_send:
            raise
        return None
    if not heard.startswith(_START):
        return None
    # The frame may carry a message: its length is enough, and is all that is kept.
    asked = EMPTY_FRAME if may_send else b""
    raw = kept("mllp", asked, heard[:1], len(heard))
    return Found("mllp", Facts(mllp=MllpFacts(proven=True, framed_bytes=len(heard))), (raw,))
