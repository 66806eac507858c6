"""Until when a domain is registered: asked of its registry over a real connection, and unknown when it is silent."""

import json
import ssl
from datetime import timedelta

import pytest

from tests.channels.feed_server import HOST, Published, answer, make_certificate, serving
from tests.factories import AssetFactory
from vigie.apps.assets.models import Registration, RegistryQuestion
from vigie.apps.assets.registrations import Round, ask_again_now, ask_those_due, due, registrations_of
from vigie.channels.feeds import Door
from vigie.data.registries import Registries
from vigie.engine.names import RegistrationFacts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TABLE = Registries({"example": f"https://{HOST}/rdap/"}, timedelta(0), 7 * DAY, DAY, 30 * DAY)


def told(domain="valmorne.example", ends="2026-12-24T10:00:00Z", status=("active",), **changes) -> str:
    events = [{"eventAction": "registration", "eventDate": "2001-01-01T00:00:00Z"}]
    events += [{"eventAction": "expiration", "eventDate": ends}] if ends else []
    answered = {"objectClassName": "domain", "ldhName": domain.upper(), "status": list(status), "events": events}
    return json.dumps(answered | changes)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("registry"))


class Registry:
    """The registry of a suffix, and the rounds of questions that it is asked."""

    def __init__(self, server, certificate, now) -> None:
        self.now = now
        self.published = Published(server)
        context = ssl.create_default_context(cafile=str(certificate))
        self.door = Door(TABLE.hosts, silence_seconds=0.3, loopback_port=server.server_port, context=context)

    def put(self, domain: str, content: str) -> None:
        self.published.put(f"{HOST}/rdap/domain/{domain}", content)

    def fail(self, domain: str, *moods) -> None:
        self.published.fail(f"{HOST}/rdap/domain/{domain}", *moods)

    def round(self, **changes) -> Round:
        return Round(self.door, lambda: self.now, TABLE, **changes)

    def ask(self) -> int:
        return ask_those_due(round_=self.round(), now=self.now)

    @property
    def asked(self) -> list[str]:
        return [where.rpartition("/")[2] for where in self.published.asked]


@pytest.fixture
def registry(certificate, now):
    with serving(certificate) as server:
        yield Registry(server, certificate, now)


def declare(*names):
    for name in names:
        AssetFactory(kind="domain", value=name)


def known(registry, domain="valmorne.example"):
    return registrations_of([domain], registry.now).get(domain)


def test_what_the_registry_tells_is_kept_as_an_interval_that_moves_on_change(registry):
    declare("valmorne.example", "www.valmorne.example")
    registry.put("valmorne.example", told())
    assert registry.ask() == 1
    assert known(registry).expires_on.isoformat() == "2026-12-24"
    registry.now += 8 * DAY
    registry.ask()
    assert Registration.objects.get().last_confirmed == registry.now
    registry.put("valmorne.example", told(ends="2027-12-24T10:00:00Z"))
    registry.now += 8 * DAY
    registry.ask()
    ended, current = Registration.objects.order_by("pk")
    assert (ended.ended_at, current.first_seen) == (registry.now, registry.now)
    assert known(registry).expires_on.year == 2027


@pytest.mark.parametrize(
    "mood",
    [
        pytest.param(answer(404, b""), id="does-not-know-it"),
        pytest.param(answer(200, b"{"), id="half-an-answer"),
        pytest.param(answer(200, b'{"objectClassName": "domain", "ldhName": "autre.example"}'), id="of-another-domain"),
        pytest.param(answer(200, b"[" * 100_000), id="nested-without-end"),
        pytest.param(answer(200, b"x" * 400_000), id="more-than-an-answer"),
        pytest.param(answer(429, b""), id="tired"),
        pytest.param(answer(200, b"{}", announce=50), id="broken-off"),
        pytest.param(answer(302, b"", Location="https://ailleurs.example/"), id="sends-us-elsewhere"),
    ],
)
def test_a_registry_that_does_not_tell_leaves_what_was_known(registry, mood):
    declare("valmorne.example")
    registry.put("valmorne.example", told())
    registry.ask()
    before = known(registry)
    registry.now += 8 * DAY
    registry.fail("valmorne.example", mood)
    registry.ask()
    assert known(registry) == before
    assert RegistryQuestion.objects.get().trouble


def test_what_was_told_too_long_ago_is_unknown(registry):
    declare("valmorne.example")
    registry.put("valmorne.example", told())
    registry.ask()
    registry.now += 31 * DAY
    assert known(registry) is None


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        pytest.param(told(ends=""), RegistrationFacts(None, ("active",)), id="no-date"),
        pytest.param(told(ends="tomorrow"), RegistrationFacts(None, ("active",)), id="not-a-date"),
        pytest.param(told(status=()), None, id="no-status"),
        pytest.param(told(events=[{"eventAction": "registrar expiration", "eventDate": "2026-01-01T00:00:00Z"}]),
                     RegistrationFacts(None, ("active",)), id="of-the-contract-only"),
        pytest.param(told(status=["Pending Delete", "redemption period"]), None, id="being-taken-back"),
    ],
)  # fmt: skip
def test_what_a_registry_may_leave_out(registry, answered, expected):
    declare("valmorne.example")
    registry.put("valmorne.example", answered)
    registry.ask()
    found = known(registry)
    assert found is not None
    if expected is not None:
        assert found == expected
    assert found.statuses in {("active",), (), ("pending delete", "redemption period")}


def test_a_tired_registry_is_left_alone_until_the_next_round(registry):
    declare("a.example", "b.example", "c.example")
    registry.fail("a.example", answer(429, b""))
    registry.put("b.example", told("b.example"))
    registry.put("c.example", told("c.example"))
    assert registry.ask() == 1
    assert registry.asked == ["a.example"]
    assert registry.ask() == 2
    assert registry.asked == ["a.example", "b.example", "c.example"]


def test_a_suffix_without_registry_is_unknown_and_nobody_is_asked(registry):
    declare("valmorne.test")
    assert registry.ask() == 1
    assert (known(registry, "valmorne.test"), registry.asked) == (None, [])
    assert "no registry" in RegistryQuestion.objects.get().trouble


def test_between_two_questions_to_one_registry_there_is_a_pause(registry):
    paused = []
    table = Registries(TABLE.servers, timedelta(seconds=5), TABLE.ask_again, TABLE.ask_again_soon, TABLE.max_age)
    declare("a.example", "b.example")
    round_ = Round(registry.door, lambda: registry.now, table, sleep=paused.append)
    assert ask_those_due(round_=round_, now=registry.now) == 2
    [pause] = paused
    assert 4 < pause <= 5


def test_who_ends_soon_is_asked_each_day_and_others_each_week(registry):
    declare("loin.example", "proche.example", "jamais.example")
    for domain, ends in (("loin.example", "2028-01-01"), ("proche.example", "2026-12-01")):
        registry.put(domain, told(domain, ends=f"{ends}T00:00:00Z"))
    registry.ask()
    registry.now += DAY
    assert due(registry.now) == ["jamais.example", "proche.example"]
    registry.now += 6 * DAY
    assert due(registry.now) == ["jamais.example", "loin.example", "proche.example"]


def test_a_retest_asks_at_once_and_not_twice_a_minute(registry):
    registry.put("valmorne.example", told())
    for _ in range(3):
        ask_again_now(domain="valmorne.example", round_=registry.round())
    assert len(registry.asked) == 1
    registry.now += timedelta(minutes=2)
    ask_again_now(domain="valmorne.example", round_=registry.round())
    assert len(registry.asked) == 2


def test_the_registries_of_the_package_are_reached_by_the_door_to_them():
    from vigie.apps.assets.registrations import door_to_registries
    from vigie.data.registries import registries

    table = registries()
    assert table.address_of("chu-valmorne.fr") == "https://rdap.nic.fr/domain/chu-valmorne.fr"
    assert table.address_of("valmorne.example") is None
    assert door_to_registries("https://vigie.example/who").hosts == table.hosts
