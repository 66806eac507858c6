"""The whole way, on the network: what is told of servers that no library of today would still run."""

from dataclasses import replace

import pytest

from vigie.engine.cipher_suites import SOUND, faults_of
from vigie.engine.facts_of_tls import StapleStatus, TlsFacts
from vigie.probes import loop
from vigie.probes.gate import Gate
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal
from vigie.probes.tls.survey import MOST_QUESTIONS, Survey

from ..conftest import NOW, free_pace, mandate
from ..servers import answers, endless, listening, resets, silent
from .old_server import SSL3, TLS10, TLS11, TLS12, OldServer, alert, record

GCM, DHE, CBC, DES3, RC4, ANON, NULL = 0xC02F, 0x009E, 0x002F, 0x000A, 0x0005, 0x0034, 0x0002
EXPORT, ANON_RC4 = 0x0003, 0x0018
UNASKED = TlsFacts("TLSv1.2", "x", None, None, None, None, versions=("TLSv1.2",))
ALL = {"SSLv3", "TLSv1", "TLSv1.1"}


@pytest.fixture
def surveyed():
    def act(handler, *, stop=None, first=5.0, total=5.0, facts=UNASKED):
        with listening(handler) as server:
            gate = Gate(Scope([mandate()]), stop or StopSignal(), free_pace(), lambda: NOW)

            async def connect():
                return await gate.connect(server.address, server.port, name=None, timeout_seconds=5)

            survey = Survey(connect, None, first, total)
            return loop.run(survey.complete(facts)), survey

    return act


@pytest.mark.parametrize("refusal", [b"", b"close"], ids=["by-alert", "by-closing"])
def test_an_honest_server_is_asked_twice_and_refuses_twice(surveyed, refusal):
    server = OldServer((TLS12,), (GCM,), refusal=refusal)
    facts, survey = surveyed(server)
    assert survey.questions == 2
    assert (facts.versions, set(facts.refused), facts.accepts_obsolete) == (("TLSv1.2",), ALL, False)
    assert (facts.weak_suites, facts.suites_told, facts.dh_bits) == ((), True, None)


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        pytest.param((SSL3,), ("SSLv3",), id="ssl-3-alone"),
        pytest.param((TLS12, SSL3), ("SSLv3", "TLSv1.2"), id="ssl-3-behind-tls-1.2"),
        pytest.param((TLS10, TLS12), ("TLSv1", "TLSv1.2"), id="without-1.1"),
        pytest.param((SSL3, TLS10, TLS11, TLS12), ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"), id="all"),
    ],
)
def test_every_version_that_is_accepted_is_told_and_no_other(surveyed, versions, told):
    facts, _ = surveyed(OldServer(versions, (CBC,)), facts=replace(UNASKED, versions=()))
    faces = {"SSLv3", *told} - {"TLSv1.2"} if "SSLv3" in told else set(told) - {"TLSv1.2"}
    assert set(facts.versions) - {"TLSv1.2"} == faces
    assert set(facts.refused) == ALL - faces
    assert facts.accepts_obsolete is True


@pytest.mark.parametrize(
    ("suites", "faults"),
    [
        pytest.param((GCM, DES3), {"small_block"}, id="3des"),
        pytest.param((RC4, GCM), {"rc4"}, id="rc4"),
        pytest.param((GCM, ANON), {"anonymous"}, id="anonymous"),
        pytest.param((GCM, NULL), {"clear"}, id="in-clear"),
        pytest.param((GCM, EXPORT), {"export", "rc4"}, id="export"),
        pytest.param((DHE, ANON_RC4, DES3), {"anonymous", "rc4", "small_block"}, id="behind-a-sound-one"),
    ],
)
def test_every_fault_of_the_suites_is_found(surveyed, suites, faults):
    facts, _ = surveyed(OldServer((TLS12,), suites))
    assert facts.suites_told
    assert set().union(*(faults_of(name) for name in facts.weak_suites)) == faults


def test_the_worst_of_servers_is_asked_no_more_than_the_most(surveyed):
    every = (DHE, ANON, NULL, EXPORT, RC4, DES3, 0x0009, CBC)
    facts, survey = surveyed(OldServer((SSL3, TLS10, TLS11, TLS12), every))
    assert facts.suites_told
    assert survey.questions <= MOST_QUESTIONS


@pytest.mark.parametrize(("bits", "shown"), [(512, 512), (1024, 1024), (2048, 2048)])
def test_a_diffie_hellman_group_is_measured(surveyed, bits, shown):
    facts, _ = surveyed(OldServer((TLS12,), (GCM, DHE), bits=bits))
    assert (facts.dh_bits, facts.suites_told) == (shown, True)


def test_an_answer_that_is_no_staple_is_unreadable(surveyed):
    from cryptography.hazmat.primitives.serialization import Encoding

    from vigie.probes.tls.certificate import read_certificate

    from ..certificates import certificate

    leaf = read_certificate(certificate().public_bytes(Encoding.DER))
    told = replace(UNASKED, certificate=replace(leaf, says_status_at=True))
    facts, _ = surveyed(OldServer((TLS12,), SOUND, staple=b"nonsense"), facts=told)
    assert (facts.staple.status, facts.staple_asked) == (StapleStatus.UNREADABLE, True)
    facts, _ = surveyed(OldServer((TLS12,), SOUND), facts=told)
    assert (facts.staple, facts.staple_asked) == (None, True)


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), id="http"),
        pytest.param(answers(alert(112)), id="an-alert-that-says-nothing-of-it"),
        pytest.param(answers(record(b"\x02\x00")[:-1]), id="closed-in-the-middle"),
        pytest.param(endless(record(b"\x00\x00\x00\x00")), id="handshake-without-end"),
        pytest.param(answers(record(b"\x02\xff\xff\xff" + b"x" * 9000)), id="16-megabytes-announced"),
    ],
)
def test_what_cannot_be_understood_is_unknown(surveyed, handler):
    facts, survey = surveyed(handler)
    assert (facts.accepts_obsolete, facts.suites_told, facts.weak_suites) == (None, False, ())
    assert survey.questions <= 3


def test_a_server_that_falls_silent_is_asked_no_more(surveyed):
    facts, survey = surveyed(silent, first=0.05, total=0.05)
    assert (survey.questions, facts.accepts_obsolete) == (1, None)


def test_once_stopped_nothing_more_is_asked(surveyed):
    stop = StopSignal()
    stop.set("test")
    facts, survey = surveyed(resets, stop=stop)
    assert (survey.questions, survey.raw, facts) == (1, [], UNASKED)
