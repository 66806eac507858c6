"""vigie people and vigie audit, as somebody types them."""

import json
import re

import pytest
from typer.testing import CliRunner

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import Role, User
from vigie.apps.audit.models import Event
from vigie.apps.audit.sealing import seal
from vigie.cli import audit, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed():
    def run(app, *words):
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


def test_an_officer_is_invited_listed_and_ended(typed, now):
    one = EstablishmentFactory()
    told = typed(people.app, "invite", "aline@h.example", "establishment_officer", "--over", one.finess)
    token = re.search(r"/link/(\S+)", told.stdout)[1]
    role = Role.objects.get(user__email="aline@h.example")
    assert actions.use_sign_in_link(token=token, now=role.recorded_at) == role.user
    listed = json.loads(typed(people.app, "list", "--json").stdout)
    assert (listed["kind"], listed["over"], listed["in_force"]) == ("establishment_officer", one.finess, True)
    assert typed(people.app, "end", role.pk).exit_code == 0
    assert "has no role" not in typed(people.app, "list").stdout
    assert typed(people.app, "end", role.pk).exit_code == 1
    assert Event.objects.filter(kind="role-ended", actor__startswith="cli").exists()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["invite", "no address", "auditor"], id="no-address"),
        pytest.param(["invite", "a@h.example", "emperor"], id="no-such-role"),
        pytest.param(["invite", "a@h.example", "provider"], id="a-provider-that-nobody-names"),
        pytest.param(["invite", "a@h.example", "auditor", "--over", "000000000"], id="not-in-the-registry"),
        pytest.param(["invite", "a@h.example", "auditor", "--until", "tomorrow"], id="not-a-day"),
        pytest.param(["invite", "a@h.example", "auditor", "--until", "2020-01-01"], id="already-over"),
        pytest.param(["grant", "nobody@h.example", "auditor"], id="nobody"),
        pytest.param(["end", 999], id="no-such-number"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(typed, words):
    told = typed(people.app, *words)
    assert told.exit_code == 2
    assert told.stderr.strip().endswith(".")
    assert not User.objects.exists()


def test_a_lost_factor_is_forgotten_and_a_link_given(typed):
    user = UserFactory()
    assert "/link/" in typed(people.app, "reset", user.email).stdout
    assert Event.objects.filter(kind="second-factor-forgotten", subject_id=user.pk).exists()


def test_the_trail_is_verified_and_an_altered_row_told(typed, now):
    actions.grant_first_roles(user=UserFactory(analyst=False), by="test", now=now)
    seal(now)
    assert typed(audit.app, "verify").exit_code == 0
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor = 'x' WHERE kind = 'role-granted'")
    told = typed(audit.app, "verify", "--json")
    assert (told.exit_code, json.loads(told.stdout)["holds"]) == (1, False)


def test_a_head_that_is_none_is_refused(typed, tmp_path):
    (tmp_path / "head.json").write_text("{}")
    assert typed(audit.app, "verify", "--head", tmp_path / "head.json").exit_code == 2
