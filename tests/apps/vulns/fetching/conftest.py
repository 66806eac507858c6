import ssl

import pytest

from tests.channels.feed_server import Published, make_certificate, serving
from vigie.apps.vulns.ingesting import FeedReport
from vigie.apps.vulns.synchronising import synchronise
from vigie.channels.feeds import Door
from vigie.data import feeds


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def published(certificate):
    with serving(certificate) as server:
        yield Published(server)


@pytest.fixture
def waits():
    """The seconds that were waited for, without waiting for them."""
    return []


@pytest.fixture
def fetch(published, waits, tmp_path, now):
    """Synchronise one feed from the publishers on this machine."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    door = Door(feeds.hosts(), silence_seconds=2, loopback_port=published.port, context=context)

    def run(slug, at=now, folder=tmp_path / "feeds", pause=waits.append) -> FeedReport:
        return synchronise(
            paths=[], fetch_into=folder, door=door, now=at, by="test", only=frozenset({slug}), pause=pause
        )[-1]

    return run
