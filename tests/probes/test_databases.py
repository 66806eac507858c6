"""Data stores: recognised by their own words, never signed in to, never read."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer
from vigie.probes.databases import bson, front_page, memcached, mongodb, mssql, mysql, postgresql, redis
from vigie.probes.errors import Garbled
from vigie.probes.http import HttpAnswer

from . import certificates
from .servers import answers, listening, page, says, site
from .test_greetings import scripted


def greeting(version: bytes, flags: int = 0xFFFF) -> bytes:
    body = b"\x0a" + version + b"\0" + bytes(4) + b"saltsalt\0" + struct.pack("<H", flags) + bytes(20)
    return len(body).to_bytes(3, "little") + b"\0" + body


def refusal(message: bytes) -> bytes:
    body = b"\xff" + struct.pack("<H", 1130) + message
    return len(body).to_bytes(3, "little") + b"\0" + body


@pytest.mark.parametrize("hint", [None, "mysql", "https"])
def test_mysql_tells_its_version_and_whether_it_has_tls(hint, ask):
    def greets_and_hangs_up(connection):
        connection.sendall(greeting(b"8.0.36-0ubuntu0.22.04.1"))
        connection.recv(1024)

    with listening(greets_and_hangs_up) as server:
        service = ask(server, hint)
    database = service.facts.database
    assert (service.service, database.engine, database.tls) == ("mysql", "mysql", True)
    assert database.version == "8.0.36-0ubuntu0.22.04.1"
    assert service.raw[0].asked == b""


@pytest.mark.parametrize(
    ("said", "service"),
    [
        pytest.param(refusal(b"Host '192.0.2.1' is not allowed to connect to this MariaDB server"), "mysql", id="host"),
        pytest.param(refusal(b"out of coffee"), None, id="not-its-words"),
        pytest.param(greeting(b"not a version"), None, id="no-version"),
        pytest.param(b"\x05\0\0\0\x0a8.0\0", None, id="cut-short"),
    ],
)
def test_what_refuses_or_resembles_mysql(said, service, ask):
    with listening(says(said)) as server:
        seen = ask(server, "mysql")
    assert seen.service == service
    if service:
        assert seen.facts.database.answers_anyone is False


ERROR = b"SERROR\0C0A000\0Munsupported frontend protocol 1234.5680\0\0"


def postgres(*replies: bytes, received: list[bytes]):
    def handle(connection) -> None:
        for reply in replies:
            received.append(connection.recv(100))
            connection.sendall(reply)
        while more := connection.recv(1000):
            received.append(more)

    return handle


@pytest.mark.parametrize(
    ("replies", "tls"),
    [
        pytest.param((b"N", b"N"), False, id="no-tls"),
        pytest.param((b"N", b"G"), False, id="kerberos-only"),
        pytest.param((b"N", b"E" + struct.pack(">I", len(ERROR) + 4) + ERROR), False, id="before-version-12"),
        pytest.param((b"E" + struct.pack(">I", len(ERROR) + 4) + ERROR,), None, id="refuses-at-once"),
    ],
)
def test_postgresql_is_asked_for_tls_and_for_no_session(replies, tls, ask):
    received: list[bytes] = []
    with listening(postgres(*replies, received=received)) as server:
        service = ask(server, "postgresql")
    assert (service.service, service.facts.database.tls) == ("postgresql", tls)
    assert b"".join(received) == (postgresql.SSL_REQUEST + postgresql.GSS_REQUEST)[: 8 * len(replies)]


@pytest.mark.parametrize("said", [b"S", b"N", b"NX", b"NO SUCH COMMAND\r\n", b"E\0\0\0\x0cabcdefgh"], ids=repr)
def test_one_letter_alone_proves_no_postgresql(said, ask):
    def handle(connection):
        connection.recv(100)
        connection.sendall(said)

    with listening(handle) as server:
        assert ask(server, "postgresql").facts.database is None


def test_postgresql_that_takes_tls_is_proven_by_its_handshake(ask, tmp_path):
    made = certificates.context(tmp_path, certificates.certificate())

    def handle(connection):
        connection.recv(8)
        connection.sendall(b"S")
        with made.wrap_socket(connection, server_side=True) as secured:
            secured.recv(100)

    with listening(handle) as server:
        service = ask(server, "postgresql")
    assert (service.service, service.facts.database.tls) == ("postgresql", True)


def prelogin(version: bytes = bytes([15, 0, 0x08, 0x2F, 0, 0]), encryption: int = 0) -> bytes:
    body = struct.pack(">BHH", 0, 11, 6) + struct.pack(">BHH", 1, 17, 1) + b"\xff" + version + bytes([encryption])
    return struct.pack(">BBHHBB", 4, 1, len(body) + 8, 0, 1, 0) + body


@pytest.mark.parametrize(("encryption", "tls"), [(0, True), (1, True), (3, True), (2, False)])
def test_sql_server_tells_its_version_before_any_sign_in(encryption, tls, ask):
    with listening(answers(prelogin(encryption=encryption))) as server:
        service = ask(server, "mssql")
    assert (service.service, service.facts.database.version) == ("mssql", "15.0.2095")
    assert service.facts.database.tls is tls
    assert [(i.product, i.version) for i in service.identities] == [("sql_server", "15.0.2095")]


@pytest.mark.parametrize(
    ("said", "anyone"),
    [
        pytest.param(b"+PONG\r\n", True, id="obeys"),
        pytest.param(b"-NOAUTH Authentication required.\r\n", False, id="asks-a-password"),
        pytest.param(b"-DENIED Redis is running in protected mode\r\n", False, id="protected"),
        pytest.param(b"-ERR operation not permitted\r\n", False, id="old"),
    ],
)
def test_redis_obeys_or_asks_to_sign_in(said, anyone, ask):
    received: list[bytes] = []

    def handle(connection):
        received.append(connection.recv(100))
        connection.sendall(said)

    with listening(handle) as server:
        service = ask(server, "redis")
    assert (service.service, service.facts.database.answers_anyone) == ("redis", anyone)
    assert received == [redis.PING]


@pytest.mark.parametrize(
    ("told", "version"),
    [
        pytest.param(b"$90\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:0\r\n", "7.0.15", id="told"),
        pytest.param(b"-NOPERM this user has no permissions\r\n", None, id="refused"),
        pytest.param(b"$9\r\nredis_version:" + b"9" * 9000, None, id="endless"),
    ],
)
def test_a_redis_that_obeys_is_asked_its_version_and_nothing_else_of_it_is_kept(told, version, ask):
    with listening(scripted(b"", b"+PONG\r\n", told)) as server:
        service = ask(server, "redis")
    assert service.facts.database.version == version
    assert service.facts.database.answers_anyone is True
    assert b"git" not in b"".join(raw.answered for raw in service.raw)


def test_redis_on_another_port_is_told_by_what_it_says_of_our_questions(ask):
    def handle(connection):
        while asked := connection.recv(1000):
            connection.sendall(b"+PONG\r\n" if asked == redis.PING else b"-ERR unknown command\r\n")

    with listening(handle) as server:
        assert ask(server, "https").service == "redis"


@pytest.mark.parametrize(
    ("said", "anyone", "version"),
    [
        pytest.param(b"VERSION 1.6.9\r\n", True, "1.6.9", id="obeys"),
        pytest.param(b"CLIENT_ERROR unauthenticated\r\n", False, None, id="asks-a-password"),
    ],
)
def test_memcached_obeys_or_asks_to_sign_in(said, anyone, version, ask):
    with listening(answers(said)) as server:
        database = ask(server, "memcached").facts.database
    assert (database.engine, database.answers_anyone, database.version) == ("memcached", anyone, version)


def document(**values: object) -> bytes:
    """BSON, with the types that a real server uses: double for `ok`, boolean for `ismaster`, a nested list."""
    body = b"\x04hosts\0\x05\0\0\0\0"
    for key, value in values.items():
        name = key.encode() + b"\0"
        if isinstance(value, bool):
            body += b"\x08" + name + bytes([value])
        elif isinstance(value, float):
            body += b"\x01" + name + struct.pack("<d", value)
        elif isinstance(value, int):
            body += b"\x10" + name + struct.pack("<i", value)
        else:
            text = str(value).encode() + b"\0"
            body += b"\x02" + name + struct.pack("<i", len(text)) + text
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def mongo(wire: int, log: bytes, orders: list[str]):
    def handle(connection) -> None:
        while asked := connection.recv(4096):
            opcode = struct.unpack_from("<i", asked, 12)[0]
            command = next(c for c in ("isMaster", "buildInfo", "getLog") if c.encode() in asked)
            orders.append(f"{opcode} {command}")
            replies = {
                "isMaster": document(ismaster=True, maxWireVersion=wire, ok=1.0),
                "buildInfo": document(version="4.4.29", ok=1.0),
                "getLog": log,
            }
            head = bytes(20) if opcode == 2004 else bytes(5)
            body = head + replies[command]
            kind = 1 if opcode == 2004 else 2013
            connection.sendall(struct.pack("<iiii", len(body) + 16, 7, 1, kind) + body)

    return handle


@pytest.mark.parametrize(
    ("log", "anyone"),
    [
        pytest.param(document(ok=1.0), True, id="obeys"),
        pytest.param(document(ok=0.0, code=13, errmsg="command getLog requires authentication"), False, id="refuses"),
        pytest.param(document(ok=0.0, code=59, errmsg="no such command"), None, id="another-refusal"),
    ],
)
def test_mongodb_obeys_or_asks_to_sign_in_and_no_document_is_read(log, anyone, ask):
    orders: list[str] = []
    with listening(mongo(9, log, orders)) as server:
        service = ask(server, "mongodb")
    assert (service.service, service.facts.database.answers_anyone) == ("mongodb", anyone)
    assert [(i.product, i.version) for i in service.identities] == [("mongodb", "4.4.29")]
    assert orders == ["2004 isMaster", "2013 buildInfo", "2013 getLog"]
    assert server.connections == 1


def test_an_old_mongodb_is_asked_in_its_own_words(ask):
    orders: list[str] = []
    with listening(mongo(4, document(ok=1.0), orders)) as server:
        assert ask(server, "mongodb").facts.database.answers_anyone is True
    assert orders == ["2004 isMaster", "2004 buildInfo", "2004 getLog"]


ELASTIC = b'{"name":"n","version":{"number":"7.17.9"},"tagline":"You Know, for Search"}'


@pytest.mark.parametrize(
    ("whole", "engine", "version", "anyone"),
    [
        pytest.param(page(ELASTIC), "elasticsearch", "7.17.9", True, id="open"),
        pytest.param(
            page(b"{}", "X-elastic-product: Elasticsearch", status="401 Unauthorized"),
            "elasticsearch", None, False, id="asks-to-sign-in",
        ),
        pytest.param(
            page(b'{"version":{"number":"2.11.0"},"tagline":"The OpenSearch Project: https://opensearch.org/"}'),
            "opensearch", "2.11.0", True, id="opensearch",
        ),
        pytest.param(page(b'{"couchdb":"Welcome","version":"3.3.3"}'), "couchdb", "3.3.3", None, id="couchdb"),
    ],
)  # fmt: skip
def test_stores_that_speak_http_are_told_by_their_front_page(whole, engine, version, anyone, ask):
    with listening(site({"/": whole})) as server:
        service = ask(server, "http")
    database = service.facts.database
    assert (service.service, database.engine, database.version) == ("http", engine, version)
    assert database.answers_anyone is anyone


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'{"version":"1","tagline":"You Know, for Search"}', b'{"tagline":["x"],"version":{}}', b"\xff{"],
)
def test_another_json_page_is_no_store(body):
    assert front_page.parse(HttpAnswer("/", 200, (), body, len(body), b"", b"")) is None


@pytest.mark.parametrize("hint", ["redis", "memcached", "mongodb", "mssql", "postgresql", "mysql"])
def test_a_server_that_speaks_of_something_else_is_no_store(hint, ask):
    with listening(says(b"HELO I am a fish\r\n" * 4)) as server:
        service = ask(server, hint)
    assert (service.service, service.answer) == (None, Answer.GARBLED)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_store_or_garbled(data):
    for parse in (mysql.parse, mssql.parse, redis.parse, memcached.parse, postgresql.parse_error, bson.decode):
        with suppress(Garbled):
            parse(data)


@given(st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), st.integers(0, 2**31 - 1)))
def test_what_is_written_as_bson_is_read_back(values):
    assert bson.decode(bson.encode(values)) == values
    assert mongodb.obeyed(values) in {True, False, None}
