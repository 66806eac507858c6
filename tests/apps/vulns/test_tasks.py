import pytest

from vigie.apps.vulns import actions, tasks
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.engine.facts import Identity

pytestmark = pytest.mark.django_db


def test_what_waits_for_its_verdict_gets_one(now):
    actions.load_starter(now=now)
    actions.intern(Identity("openbsd", "openssh", "9.2p1"))
    tasks.match_waiting.func()
    assert Pair.objects.get().matched_at is not None
    assert PairMatch.objects.filter(vulnerability__cve="CVE-2024-6387", verdict="affected").exists()
