"""What did a server that speaks in numbered lines (FTP, SMTP) reply?"""

from .connection import Connection
from .errors import Garbled

MAX_LINES = 100


async def reply(connection: Connection, *, first: float, total: float) -> tuple[int, list[bytes]]:
    """Read one reply, of one or several lines: its code and its lines. Raises Garbled when it is not one."""
    lines = [await connection.read_line(limit=2048, first=first, total=total)]
    code = code_of(lines[0])
    while not is_last(lines[-1], code):
        if len(lines) >= MAX_LINES:
            raise Garbled("a reply without end")
        lines.append(await connection.read_line(limit=2048, first=first, total=total))
    return code, lines


def code_of(line: bytes) -> int:
    """The three digits that begin a reply; raises Garbled."""
    if len(line) < 4 or not line[:3].isdigit() or line[3:4] not in b" -\r\n":
        raise Garbled("no numbered reply")
    return int(line[:3])


def is_last(line: bytes, code: int) -> bool:
    """Whether this line ends the reply that began with that code."""
    return line[:3] == b"%d" % code and line[3:4] != b"-"
