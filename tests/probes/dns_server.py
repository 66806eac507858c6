"""A small DNS server of the tests: the names it is given, and ways to fail."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

MOST_ALIASES = 40  # a circle of aliases must not hold the server itself


@contextmanager
def resolving(names: Mapping[str, tuple[str, ...]], *, rcode: int = dns.rcode.NOERROR) -> Iterator[str]:
    """Serve A, AAAA, CNAME ("-> other") and 'TYPE text' records, and yield "address:port"; another name is NXDOMAIN."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.77.0.53", 0))
        thread = threading.Thread(target=_serve, args=(server, names, rcode), daemon=True)
        thread.start()
        address, port = server.getsockname()
        yield f"{address}:{port}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closing:
            closing.sendto(b"", (address, port))
        thread.join(5)


def _serve(server: socket.socket, names: Mapping[str, tuple[str, ...]], rcode: int) -> None:
    with suppress(OSError):
        while True:
            data, sender = server.recvfrom(4096)
            if not data:
                return
            server.sendto(_answer(dns.message.from_wire(data), names, rcode).to_wire(), sender)


def _answer(query: dns.message.Message, names: Mapping[str, tuple[str, ...]], rcode: int) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    response.set_rcode(dns.rcode.Rcode(rcode))
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True)
    while len(response.answer) < MOST_ALIASES and name in names and names[name] and names[name][0].startswith("->"):
        target = names[name][0][2:].strip()
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
        if question.rdtype == dns.rdatatype.CNAME:
            return response
        name = target
    if name not in names:
        response.set_rcode(dns.rcode.Rcode(rcode or dns.rcode.NXDOMAIN))
        return response
    kind = dns.rdatatype.to_text(question.rdtype)
    given = [text for text in names[name] if " " not in text and (":" in text) == (kind == "AAAA")]
    found = (
        given
        if kind in {"A", "AAAA"}
        else [text[len(kind) + 1 :] for text in names[name] if text.startswith(f"{kind} ")]
    )
    if not found:
        response.authority.append(dns.rrset.from_text("example.", 60, "IN", "SOA", "ns.example. a.example. 1 1 1 1 1"))
    if found:
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *found))
        signed = [text[6:] for text in names[name] if text.startswith(f"RRSIG {kind} ")]
        if signed and query.ednsflags & dns.flags.DO:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "RRSIG", *signed))
    return response
