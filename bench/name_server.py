"""A name server for the benches, its answers made before the first question: it must not be what is measured."""

import multiprocessing
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.synchronize import Event

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, list[str]]  # name -> "TYPE text" of its records
SOA = dns.rrset.from_text("example.", 60, "IN", "SOA", "ns.example. a.example. 1 1 1 1 1")
_HEADER = struct.Struct(">HHHHHH")
_FLAGS = 0x8180  # an answer, asked to resolve and able to
_AFTER_LABELS = 5  # the last dot, the type and the class


@contextmanager
def name_server(zone: Zone, address: str, port: int = 0, *, by_tcp: bool = False) -> Iterator[str]:
    """Serve a zone in a process of its own and yield "address:port". Raises PermissionError for a low port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        datagrams.bind((address, port))
        place = datagrams.getsockname()
        streams = socket.create_server(place, backlog=128) if by_tcp else None
        ending, ready = multiprocessing.Event(), multiprocessing.Event()
        server = multiprocessing.Process(target=_serve, args=(zone, datagrams, streams, ready, ending), daemon=True)
        server.start()
        try:
            if not ready.wait(60):
                raise RuntimeError("the name server of the bench did not start")
            yield f"{place[0]}:{place[1]}"
        finally:
            ending.set()
            server.join(5)
            if streams is not None:
                streams.close()


class Answers:
    """What follows the question in each answer, by the words of the question."""

    def __init__(self, zone: Zone) -> None:
        self._known = {_labels(name): self._of_one(name, records) for name, records in zone.items()}
        data = SOA[0].to_wire()  # shared by all questions, hence without any pointer into one of them
        self._none = SOA.name.to_wire() + struct.pack(">HHIH", SOA.rdtype, 1, 60, len(data)) + data

    @staticmethod
    def _of_one(name: str, records: list[str]) -> dict[bytes, tuple[int, bytes]]:
        kinds: dict[str, list[str]] = {}
        for record in records:
            kind, _, text = record.partition(" ")
            kinds.setdefault(kind, []).append(text)
        return {
            struct.pack(">HH", dns.rdatatype.from_text(kind), 1): (
                len(texts),
                _after_question(_response(f"{name}.", kind, texts)),
            )
            for kind, texts in kinds.items()
        }

    def to(self, wire: bytes) -> bytes:
        """Below a domain only what was planted exists, and nothing else."""
        end = wire.index(b"\0", 12) + _AFTER_LABELS
        name, kind = wire[12 : end - _AFTER_LABELS].lower(), wire[end - 4 : end]
        number = int.from_bytes(wire[:2], "big")
        found = self._known.get(name, {}).get(kind)
        if found is not None:
            return _HEADER.pack(number, _FLAGS, 1, found[0], 0, 0) + wire[12:end] + found[1]
        missing = name not in self._known and _depth(name) > 2
        code = dns.rcode.NXDOMAIN if missing else dns.rcode.NOERROR
        return _HEADER.pack(number, _FLAGS | code, 1, 0, 1, 0) + wire[12:end] + self._none


def _labels(name: str) -> bytes:
    return dns.name.from_text(name).to_wire()[:-1].lower()


def _depth(labels: bytes) -> int:
    count = at = 0
    while at < len(labels):
        at += labels[at] + 1
        count += 1
    return count


def _response(name: str, kind: str, texts: list[str]) -> dns.message.Message:
    reply = dns.message.make_response(dns.message.make_query(name, kind))
    reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
    return reply


def _after_question(reply: dns.message.Message) -> bytes:
    """Names in it may point to the question, which begins at the same place whatever it is."""
    return reply.to_wire()[12 + len(reply.question[0].name.to_wire()) + 4 :]


def _serve(zone: Zone, datagrams: socket.socket, streams: socket.socket | None, ready: Event, ending: Event) -> None:
    answers = Answers(zone)
    if streams is not None:
        threading.Thread(target=_accept, args=(answers, streams), daemon=True).start()
    ready.set()
    datagrams.settimeout(0.2)
    while not ending.is_set():
        try:
            wire, sender = datagrams.recvfrom(4096)
        except TimeoutError:
            continue
        datagrams.sendto(answers.to(wire), sender)


def _accept(answers: Answers, streams: socket.socket) -> None:
    while True:
        threading.Thread(target=_converse, args=(answers, streams.accept()[0]), daemon=True).start()


def _converse(answers: Answers, stream: socket.socket) -> None:
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with stream, stream.makefile("rb") as asked:
        while len(length := asked.read(2)) == 2:
            told = answers.to(asked.read(*struct.unpack(">H", length)))
            stream.sendall(struct.pack(">H", len(told)) + told)
