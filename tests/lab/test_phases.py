"""What the laboratory says changes with its phase, and it tells what should never have been contacted."""

import errno
import os
import socket

import pytest

from vigie.lab import laboratory
from vigie.lab.laboratory import CannotListen, Laboratory

from .conftest import NETWORK, NOW, PORT, Running, small_plan

BOX = f"{NETWORK}.2"
OTHER = f"127.{150 + os.getpid() % 50}"


def server_header(address: str) -> str | None:
    """What the web server says it is; None when the port is closed."""
    try:
        with socket.create_connection((address, PORT), timeout=5) as client:
            client.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            lines = client.makefile("rb").read().split(b"\r\n")
    except ConnectionRefusedError:
        return None
    return next(line.split(b": ")[1].decode() for line in lines if line.startswith(b"Server"))


@pytest.mark.parametrize(
    ("phase", "mended", "vanishing", "appearing"),
    [
        pytest.param(1, "Apache/2.4.49 (Unix)", "Apache/2.4.65 (Unix)", None, id="as-planted"),
        pytest.param(2, "Apache/2.4.65 (Unix)", None, "Apache/2.4.49 (Unix)", id="mended"),
        pytest.param(3, "Apache/2.4.49 (Unix)", None, "Apache/2.4.49 (Unix)", id="returned"),
    ],
)
def test_faces_change_with_the_phase(running, phase, mended, vanishing, appearing):
    running.turn(phase)
    assert server_header(f"{BOX}.1") == mended
    assert server_header(f"{BOX}.2") == vanishing
    assert server_header(f"{BOX}.3") == appearing


def test_a_phase_that_does_not_exist_is_refused(running):
    with pytest.raises(ValueError, match="no phase 4"):
        running.turn(4)


def test_a_contact_without_mandate_is_told(running):
    assert running.laboratory.forbidden_contacts() == {}
    with socket.create_connection((f"{NETWORK}.3.1", PORT), timeout=5) as client:
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert running.laboratory.forbidden_contacts() == {(f"{NETWORK}.3.1", PORT): 1}


def test_an_address_in_use_is_told_with_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind((f"{OTHER}.1.7", PORT))
        taken.listen()
        second = Running(Laboratory(small_plan(OTHER), tmp_path, NOW))
        try:
            with pytest.raises(CannotListen, match=rf"{OTHER}\.1\.7:2222 is already in use.*--network"):
                second.call(second.laboratory.start())
            assert second.laboratory.open_doors == 0
        finally:
            second.close()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param("EADDRNOTAVAIL", "not an address of this machine", id="no-such-loopback"),
        pytest.param("EMFILE", "ulimit", id="too-many-files"),
        pytest.param("EACCES", "Permission denied", id="another-refusal"),
    ],
)
def test_a_refusal_to_listen_is_a_sentence(number, words):
    code = getattr(errno, number)
    assert words in laboratory._sentence(("127.60.1.2", 22), OSError(code, os.strerror(code)))
