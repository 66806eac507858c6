"""The DNS of the invented region, UDP and TCP: it knows the zone of the laboratory and nothing else."""

import asyncio
import struct
from collections.abc import Iterable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from vigie.lab.plan import ZONE
from vigie.lab.records import Record

TTL_SECONDS = 5
_ZONE = dns.name.from_text(ZONE)
_SOA = f"ns.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 5"


class Resolver:
    """Answers from a table of names; what lies above a known name exists, and is empty."""

    def __init__(self, names: dict[str, str]) -> None:
        self._addresses = {dns.name.from_text(name): address for name, address in names.items()}
        self._published: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], list[str]] = {}
        self._empty = {_ZONE}
        for name in self._addresses:
            self._hold_above(name)

    def publish(self, records: Iterable[Record]) -> None:
        """What people had published since the laboratory started; each time the whole of it."""
        self._published = {}
        for record in records:
            name, kind = dns.name.from_text(record.name), dns.rdatatype.from_text(record.kind)
            self._published.setdefault((name, kind), []).append(record.text)
            self._empty.add(name)
            self._hold_above(name)

    def _hold_above(self, name: dns.name.Name) -> None:
        parent = name.parent()
        while parent.is_subdomain(_ZONE):
            self._empty.add(parent)
            parent = parent.parent()

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one message; None to what is not a question, which gets no answer."""
        try:
            query = dns.message.from_wire(wire)
            reply = dns.message.make_response(query)
        except (dns.exception.DNSException, ValueError):
            return None
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            reply.set_rcode(dns.rcode.NOTIMP)
            return reply.to_wire()
        question = query.question[0]
        if not question.name.is_subdomain(_ZONE):
            reply.set_rcode(dns.rcode.REFUSED)
            return reply.to_wire()
        reply.flags |= dns.flags.AA
        address = self._addresses.get(question.name)
        published = self._published.get((question.name, question.rdtype), [])
        if published:
            kind = dns.rdatatype.to_text(question.rdtype)
            reply.answer.append(dns.rrset.from_text(question.name, TTL_SECONDS, "IN", kind, *published))
        elif address and question.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(question.name, TTL_SECONDS, "IN", "A", address))
        else:
            known = address is not None or question.name in self._empty
            reply.set_rcode(dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)
            reply.authority.append(dns.rrset.from_text(_ZONE, TTL_SECONDS, "IN", "SOA", _SOA))
        return reply.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._resolver.answer(data)
        if reply and self._transport:
            self._transport.sendto(reply, addr)


class DnsServer:
    def __init__(self, names: dict[str, str]) -> None:
        self._resolver = Resolver(names)
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    def publish(self, records: Iterable[Record]) -> None:
        self._resolver.publish(records)

    async def start(self, address: str, port: int) -> None:
        """Listen on both transports; raises OSError when the address is taken."""
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._serve, address, port)
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._resolver), local_addr=(address, port)
        )

    def close(self) -> None:
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                while True:
                    (length,) = struct.unpack(">H", await reader.readexactly(2))
                    reply = self._resolver.answer(await reader.readexactly(length))
                    if reply is None:
                        return
                    writer.write(struct.pack(">H", len(reply)) + reply)
                    await writer.drain()
        except (OSError, EOFError, TimeoutError):
            return
        finally:
            writer.close()
