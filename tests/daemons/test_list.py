"""The list of daemons itself, which needs none of them."""

import pytest
from tools.daemons import DAEMONS, certificates
from tools.daemons.packages import ROUNDS, upstream

from .truth import TRUTH


def test_every_daemon_is_judged_and_every_judgement_has_its_daemon():
    assert set(TRUTH) == {(daemon.name, port) for daemon in DAEMONS for port in daemon.ports}


def test_every_package_that_a_daemon_needs_is_fetched():
    fetched = {name for names in ROUNDS for name in names}
    assert {name for daemon in DAEMONS for name in daemon.packages} <= fetched


def test_daemons_listen_on_unprivileged_ports_of_addresses_of_their_own():
    assert all(port >= 1024 for daemon in DAEMONS for port in (*daemon.ports, *daemon.datagrams))
    assert len({daemon.address for daemon in DAEMONS}) == len({daemon.name for daemon in DAEMONS}) == len(DAEMONS)


@pytest.mark.parametrize(
    ("package", "version"),
    [
        pytest.param("1:9.2p1-2+deb12u10", "9.2p1", id="epoch-and-revision"),
        pytest.param("1.3.8+dfsg-4+deb12u5", "1.3.8", id="repacked"),
        pytest.param("2.4.71-1~deb12u1", "2.4.71", id="backported"),
        pytest.param("3.0.3-13+b2", "3.0.3", id="built-again"),
        pytest.param("6.8.0p2-4+b4", "6.8.0p2", id="portable"),
        pytest.param("20140814-2.1+b2", "20140814", id="a-date"),
        pytest.param("2022.83", "2022.83", id="without-revision"),
    ],
)
def test_the_version_of_the_authors_is_read_in_that_of_the_package(package, version):
    assert upstream(package) == version


def test_certificates_of_every_kind_are_written_with_their_key(tmp_path, now):
    folder = certificates.make(tmp_path / "tls", now)
    for kind, (is_signed, _) in certificates.KINDS.items():
        text = (folder / f"{kind}.pem").read_text()
        assert text.count("PRIVATE KEY") == 2
        assert text.count("BEGIN CERTIFICATE") == (2 if is_signed and kind != "alone" else 1)
