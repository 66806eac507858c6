"""What are the exact bytes that this scanner may send, protocol by protocol?

Each line is built by the probe itself, with the function or the constant that it sends: nothing is written twice. A
test listens on every port and compares.
"""

import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from vigie.data.ports import ports_hinted
from vigie.data.rules import follow_ups
from vigie.data.web_paths import web_paths
from vigie.engine.cipher_suites import FINITE_FIELD, left_to_ask

from . import (
    amqp,
    dicom,
    dicomweb,
    fhir,
    ftp,
    http,
    http2,
    icon,
    ldap,
    mail_hosts,
    mailbox,
    mqtt,
    name_server,
    openvpn,
    rdp,
    sip,
    site_paths,
    smb,
    ssh,
    starttls,
    transfer,
    vnc,
)
from .databases import memcached, mongodb, mssql, mysql, postgresql, redis
from .datagrams import DATAGRAMS, Datagram
from .raw.packets import Cookies, questions
from .settings import ProbeSettings
from .tls.handshake import context
from .tls.hello import SSL3, TLS11, TLS12, Offer, hello
from .tls.survey import OLD_SUITES
from .web import OLDER, WEB

ADDRESS, NAME = "203.0.113.7", "www.example.org"  # of the examples
_TRIALS = 12  # builds of one question: a random byte is the same in all of them once in a million million


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is sent. `varies` are the places of the bytes that are drawn anew each time."""

    data: bytes
    varies: frozenset[int] = frozenset()

    def is_like(self, other: bytes) -> bool:
        """Whether these bytes are this question, whatever was drawn."""
        return len(other) == len(self.data) and all(
            mine == theirs or place in self.varies
            for place, (mine, theirs) in enumerate(zip(self.data, other, strict=True))
        )

    @property
    def hexadecimal(self) -> str:
        """Bytes as pairs of digits, those that vary as two dots."""
        return " ".join(".." if place in self.varies else f"{byte:02x}" for place, byte in enumerate(self.data))

    @property
    def text(self) -> str:
        """As lines, when it is made of printable characters, those that vary as dots; "" otherwise."""
        drawn = bytes(ord(".") if place in self.varies else byte for place, byte in enumerate(self.data))
        try:
            text = drawn.decode("ascii")
        except UnicodeDecodeError:
            return ""
        return text if all(c.isprintable() or c in "\r\n" for c in text) else ""


@dataclass(frozen=True, slots=True)
class Protocol:
    """All that may be said in one protocol, in the order in which it is; nothing when it only listens."""

    slug: str
    transport: str
    ports: tuple[int, ...]  # that suggest it first; any open port may be asked
    says: tuple[Said, ...]
    paths: tuple[str, ...] = ()  # of the web


def published(settings: ProbeSettings) -> tuple[Protocol, ...]:
    """Every protocol, as this installation asks it."""
    return (_knock(), *_tcp(settings), *_datagrams())


def said(build: Callable[[], bytes]) -> Said:
    """One question, and which of its bytes are drawn anew."""
    trials = [build() for _ in range(_TRIALS)]
    first = trials[0]
    return Said(first, frozenset(n for n in range(len(first)) if len({one[n : n + 1] for one in trials}) > 1))


def _fixed(*parts: bytes) -> tuple[Said, ...]:
    return tuple(Said(part) for part in parts)


def _knock() -> Protocol:
    """The first packet of a connection, from its IP header on, as the raw sweep makes it."""
    to, here = (np.array([octets], dtype=np.uint8) for octets in ([203, 0, 113, 7], [198, 51, 100, 10]))

    def build() -> bytes:
        cookies = Cookies(secrets.token_bytes(16), 61000 + secrets.randbelow(4000))
        return questions(to, np.array([443], dtype=np.uint16), here, cookies).tobytes()

    return Protocol("sweep", "tcp", (), (said(build),))


def _tcp(settings: ProbeSettings) -> Sequence[Protocol]:
    def asks(slug: str, *says: Said, hint: str = "", paths: tuple[str, ...] = ()) -> Protocol:
        return Protocol(slug, "tcp", ports_hinted(hint or slug), says, paths)

    return (
        asks("ssh", *_fixed(ssh.OUR_BANNER)),
        asks("ftp", *_fixed(ftp.ASKED, ftp.AUTH, b"QUIT\r\n")),
        asks("smtp", *_fixed(f"EHLO {settings.helo}\r\n".encode(), b"QUIT\r\n")),
        asks("imap", *_fixed(mailbox.ASKED["imap"], mailbox.LEAVE["imap"]), hint="mailbox"),
        asks("pop3", *_fixed(mailbox.ASKED["pop3"], mailbox.LEAVE["pop3"]), hint="mailbox"),
        asks("telnet"),
        asks("mysql"),
        asks("mllp"),
        asks("vnc", *_fixed(b"RFB %03d.%03d\n" % vnc.our_version((3, 8)))),
        asks("tls", *_hellos(), hint="https"),
        asks("starttls", *_fixed(*starttls.SAID.values(), mysql.tls_request())),
        asks("http2", *_fixed(http2.PREFACE)),
        asks("http", *_pages(settings), paths=_paths()),
        asks("dicom", said(dicom.request), *_fixed(dicom.RELEASE)),
        asks("rdp", *_fixed(rdp.REQUEST, rdp.REQUEST_WITH_NLA)),
        asks("smb", said(smb.request), said(smb.request_v1)),
        asks("ldap", *_fixed(ldap.request(), ldap.tls_request(), ldap.UNBIND)),
        asks("postgresql", *_fixed(postgresql.SSL_REQUEST, postgresql.GSS_REQUEST)),
        asks("mssql", said(mssql.request)),
        asks("redis", *_fixed(redis.PING, redis.INFO)),
        asks("mongodb", *_mongodb()),
        asks("memcached", *_fixed(memcached.ASKED)),
        asks("dns", said(name_server.first_question), said(name_server.second_question)),
        asks("transfer", said(lambda: transfer.framed(transfer.question(NAME))), hint="dns"),
        asks("mqtt", *_fixed(mqtt.QUESTION)),
        asks("amqp", *_fixed(amqp.HEADER)),
        asks("sip", said(sip.question)),
        asks("openvpn", said(openvpn.question)),
    )


def _pages(settings: ProbeSettings) -> tuple[Said, ...]:
    """A page, two names made up that tell how the site says "not found", a backup by its head and by its beginning."""
    few = (("Range", f"bytes=0-{web_paths().backup_bytes - 1}"),)
    asked = (
        http.request("/", NAME, settings.user_agent),
        http.request("/backup.zip", NAME, settings.user_agent, method="HEAD"),
        http.request("/backup.zip", NAME, settings.user_agent, few),
    )
    made_up = (
        said(lambda: http.request(site_paths.plain_name(), NAME, settings.user_agent)),
        said(lambda: http.request(site_paths.file_name(), NAME, settings.user_agent)),
    )
    return (*_fixed(*asked), *made_up)


def _mongodb() -> tuple[Said, ...]:
    orders = mongodb.message({"buildInfo": 1}), mongodb.message({"getLog": "*"})
    return _fixed(mongodb.query({"isMaster": 1}), *orders)


def _hellos() -> tuple[Said, ...]:
    """The one of a whole handshake, then those that ask what else is accepted: their list of suites grows shorter."""

    def handshake(*applications: str) -> bytes:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context(*applications).wrap_bio(incoming, outgoing, server_hostname=NAME)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return outgoing.read()
        raise AssertionError("a handshake begins with a question")

    faulty = (*left_to_ask(()), *FINITE_FIELD)
    offers = (Offer(TLS12), Offer(TLS11, OLD_SUITES), Offer(SSL3, OLD_SUITES), Offer(TLS12, faulty))
    whole = (said(partial(handshake, *names)) for names in (WEB, OLDER, ()))
    return (*whole, *(said(partial(hello, offer, NAME)) for offer in offers))


def _paths() -> tuple[str, ...]:
    paths = [
        mail_hosts.POLICY_PATH,
        *fhir.PATHS,
        fhir.search_path(fhir.PATHS[0]),
        icon.USUAL,
        *(one.path for one in follow_ups()),
        *(root + dicomweb.SEARCH for root in dicomweb.ROOTS.values()),
        web_paths().security_txt,
        *(one.path for one in web_paths().paths),
    ]
    return tuple(dict.fromkeys(paths))


def _question(one: Datagram) -> bytes:
    return one.build(secrets.token_bytes(8), ADDRESS)


def _datagrams() -> Sequence[Protocol]:
    return [
        Protocol(
            f"{service}-udp",
            "udp",
            (one.port,),
            (said(partial(_question, one)),),
        )
        for service, one in DATAGRAMS.items()
    ]
