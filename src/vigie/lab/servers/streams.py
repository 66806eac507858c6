"""The small servers: HL7 over MLLP, and those that misbehave on purpose."""

import asyncio
import socket

from .visit import Visit

_START, _END = b"\x0b", b"\x1c\r"
_REFUSED = b"MSH|^~\\&|VALOMBRE|LAB|||20261101000000||ACK|1|P|2.5\rMSA|AR|0|No message\r"
_PATIENCE_SECONDS = 60.0
_LARGEST_FRAME = 64 * 1024
_FILLER = b"x" * 8192
_HEADER_BYTES = 1024 * 1024


async def serve_mllp(connection: socket.socket, _visit: Visit) -> None:
    """Wait in silence for a frame, and answer a frame to it, be it empty."""
    reader, writer = await asyncio.open_connection(sock=connection, limit=_LARGEST_FRAME)
    try:
        while True:
            frame = await asyncio.wait_for(reader.readuntil(_END), _PATIENCE_SECONDS)
            if not frame.startswith(_START):
                return
            writer.write(_START + _REFUSED + _END)
            await writer.drain()
    except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
        return
    finally:
        writer.close()


async def serve_silence(connection: socket.socket, _visit: Visit) -> None:
    """Accept, read whatever comes, and never say a word."""
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await reader.read(4096):
                pass
    except (OSError, TimeoutError):
        return
    finally:
        writer.close()


async def serve_without_end(connection: socket.socket, _visit: Visit) -> None:
    """Send, as fast as it is read, until the visitor leaves."""
    _, writer = await asyncio.open_connection(sock=connection)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                writer.write(_FILLER)
                await writer.drain()
    except (OSError, TimeoutError):
        return
    finally:
        writer.close()


async def serve_big_header(connection: socket.socket, _visit: Visit) -> None:
    """A web server whose answer has one header of 1 MB."""
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Filler: " + b"x" * _HEADER_BYTES + b"\r\n\r\n")
            await writer.drain()
    except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
        return
    finally:
        writer.close()
