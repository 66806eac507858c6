from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory, SiteFactory
from vigie.apps.assets.registrations import Round
from vigie.apps.registry.models import Establishment
from vigie.apps.scans import actions, running
from vigie.apps.scans.models import Campaign
from vigie.apps.vulns import actions as vulns
from vigie.data.starter import catalogue
from vigie.probes.look import settings_for

from .servers import FtpServer

PORT = 2121
KNOWN = {"CVE-2011-2523", "CVE-2015-3306"}  # vsFTPd 2.3.4, ProFTPD 1.3.5: the whole catalogue takes longer to load


@dataclass
class World:
    """One establishment with a mandate, its servers, and a clock that only the test moves."""

    establishment: Establishment
    now: datetime
    resolvers: tuple[str, ...] = ("127.0.0.1:9",)  # nobody
    registries: Round | None = None

    def scanner(self) -> running.Scanner:
        settings = settings_for("https://vigie.example/who", resolvers=self.resolvers)
        settings = replace(settings, timeouts=replace(settings.timeouts, first_byte=0.3, other_first_byte=0.1))
        return running.Scanner(settings, actions.stop_file(), lambda: self.now, self.registries)

    def look(self, *, after: timedelta = timedelta(0), ports: tuple[int, ...] = (PORT,)) -> Campaign:
        """A whole campaign, as the workers run it."""
        self.now += after
        campaign = actions.start_campaign(
            name="look", establishments=[self.establishment], ports=ports, by="test", now=self.now
        )
        for shard in campaign.shards.all():
            running.run_shard(shard.pk, scanner=self.scanner())
        campaign.refresh_from_db()
        return campaign

    def declare(self, address: str) -> None:
        AssetFactory(establishment=self.establishment, kind="address", value=address)


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    """The stop file of these tests is nobody else's."""
    settings.VIGIE = settings.VIGIE.model_copy(update={"home": tmp_path})


@pytest.fixture
def world(db, now) -> World:
    vulns.store_records(records=[one for one in catalogue() if one.cve in KNOWN], now=now)
    establishment = EstablishmentFactory()
    SiteFactory(establishment=establishment)
    MandateFactory(establishment=establishment, intensity="brisk")
    return World(establishment, now)


@pytest.fixture
def ftp() -> Iterator[Callable[..., FtpServer]]:
    """Start FTP servers; all are stopped at the end."""
    started = []

    def start(address: str, greeting: str = "220 (vsFTPd 2.3.4)", **options: bool) -> FtpServer:
        server = FtpServer(address, PORT, greeting, **options).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
