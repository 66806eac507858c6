"""Servers that lie, trickle, reset or never end: the right answer, in bounded time and memory."""

import os
from dataclasses import replace

import pytest

from vigie.engine.facts import Answer
from vigie.probes.connection import CHUNK
from vigie.probes.identify import ORDERS

from .conftest import HURRIED, PATIENT
from .servers import answers, endless, listening, page, resets, says, silent, trickles
from .test_greetings import ssh_server

HINTS = sorted(hint for hint in ORDERS if hint)


@pytest.mark.parametrize("hint", [None, *HINTS])
def test_a_silent_server_is_silent_whatever_its_port_suggests(hint, ask):
    with listening(silent) as server:
        service = ask(server, hint, times=HURRIED)
    assert service.answer is Answer.SILENT
    assert service.reason


@pytest.mark.parametrize("hint", [None, *HINTS])
def test_a_server_that_resets_is_closed(hint, ask):
    with listening(resets) as server:
        service = ask(server, hint)
    assert service.answer in {Answer.CLOSED, Answer.SILENT} if hint == "mllp" else service.answer is Answer.CLOSED


@pytest.mark.parametrize("hint", [None, "ssh", "ftp", "smtp", "dicom"])
def test_a_server_that_never_ends_its_line_is_too_long(hint, ask):
    with listening(endless(b"a")) as server:
        service = ask(server, hint)
    assert service.answer in {Answer.TOO_LONG, Answer.GARBLED}
    assert service.service is None
    assert len(service.facts.banner or "") <= 512


@pytest.mark.parametrize("piece", [b"220-a\r\n", b"SSH-2.0-", b"HTTP/1.1 200 OK\r\nX: ", b"\x0b"], ids=repr)
@pytest.mark.parametrize("hint", [None, "https", "http", "mllp"])
def test_a_server_that_repeats_itself_without_end_is_left(piece, hint, ask):
    with listening(endless(piece)) as server:
        service = ask(server, hint)
    assert all(len(raw.answered) <= CHUNK for raw in service.raw)
    assert len(repr(service.facts)) < 100_000


def test_one_byte_at_a_time_is_too_long_not_silent(ask):
    with listening() as server:
        server.handler = trickles(b"220 a very slow server, that never says more\r\n", 0.02, server.closing)
        service = ask(server, times=replace(PATIENT, conversation=0.3))
    assert (service.answer, service.reason) == (Answer.TOO_LONG, "the answer trickles")


def test_garbage_is_garbled_and_its_beginning_kept_as_banner(ask):
    with listening(says(b"\x00\x01\x02 Bienvenue \xe9\r\n")) as server:
        service = ask(server)
    assert (service.answer, service.service) == (Answer.GARBLED, None)
    assert service.facts.banner == "Bienvenue é"


def test_random_bytes_never_end_in_a_crash(ask):
    for _ in range(5):
        with listening(says(os.urandom(3000) + b"\n")) as server:
            assert ask(server, "https", times=HURRIED).service is None


def test_an_ssh_server_on_the_port_of_a_site_is_told_for_what_it_is(ask):
    with listening(ssh_server) as server:
        service = ask(server, "https")
    assert service.service == "ssh"


def test_a_site_on_the_port_of_dicom_is_told_for_what_it_is(ask):
    with listening(answers(page(b"<title>a</title>"))) as server:
        assert ask(server, "dicom").service == "http"


def test_a_port_that_closed_since_the_sweep_is_closed(ask):
    with listening() as server:
        pass
    service = ask(server)
    assert (service.answer, service.reason) == (Answer.CLOSED, "connection refused")
