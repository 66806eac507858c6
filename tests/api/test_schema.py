"""Whatever is asked, the answer is one that the description foretells: every operation, asked by a machine."""

import json
import os

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import program
from tests.factories import UserFactory
from tests.web import world as worlds
from vigie.api.documents import _description
from vigie.apps.accounts import actions
from vigie.apps.scans.actions import stop_file

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# In the fast suite, a few questions to one operation of each shape; `make test-api` asks more, of every operation.
SHAPES = ["version_schemes", "establishment_level", "verify_measure", "match"]
EXAMPLES = int(os.environ.get("VIGIE_TEST_DEEP", "3"))
schema = schemathesis.openapi.from_dict(json.loads(_description()[0]))
asked = schema if "VIGIE_TEST_DEEP" in os.environ else schema.include(operation_id=SHAPES)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once for all the operations, and taken back at their end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build(timezone.now(), establishments=3, services_each=2)
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=["national_analyst", "establishment_officer"])
def who(request, world):
    user = UserFactory(analyst=False)
    over = None if request.param == "national_analyst" else world.establishment
    actions.grant_role(user=user, kind=request.param, over=over, by="test", now=world.finding.first_seen)
    return program(user)


def names(world):
    """What exists, among what is drawn: an address that leads nowhere shows little."""
    return {
        "finess": world.establishment.finess,
        "pk": world.finding.pk,
        "measure": world.measure.pk,
        "cve": world.vulnerability.cve,
        "kind": world.group.kind,
        "code": world.group.code,
        "reference": world.declaration.reference,
        "uid": str(world.attachment.uid),
        "year": 2026,
    }


def ask(client: Client, case) -> Response:
    """Through the whole of the house, without a socket; what was written is taken back."""
    sent = requests.Request(**{**case.as_transport_kwargs(base_url="http://testserver"), "cookies": {}}).prepare()
    with transaction.atomic():
        told = client.generic(
            sent.method,
            sent.path_url,
            sent.body or b"",
            content_type=sent.headers.get("Content-Type", "application/octet-stream"),
        )
        content = b"".join(told.streaming_content) if told.streaming else told.content
        transaction.set_rollback(True)
    stop_file().unlink(missing_ok=True)
    heads = {name.lower(): [value] for name, value in told.items()}
    return Response(told.status_code, heads, content, sent, 0.01, verify=True)


@pytest.mark.django_db
@asked.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_answer_is_one_that_was_foretold(case, world, who):
    for name, value in names(world).items():
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    case.validate_response(ask(who, case), checks=CHECKS)
