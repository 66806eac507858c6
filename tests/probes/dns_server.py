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


@contextmanager
def resolving(names: Mapping[str, tuple[str, ...]], *, rcode: int = dns.rcode.NOERROR) -> Iterator[str]:
    """Serve A, AAAA and CNAME ("-> other") and yield "address:port"; a name that is not there is NXDOMAIN."""
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
    while name in names and names[name][0].startswith("->"):
        target = names[name][0][2:].strip()
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
        name = target
    if name not in names:
        response.set_rcode(dns.rcode.Rcode(rcode or dns.rcode.NXDOMAIN))
        return response
    kind = dns.rdatatype.to_text(question.rdtype)
    found = [address for address in names[name] if (":" in address) == (kind == "AAAA")]
    if found:
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *found))
    return response
