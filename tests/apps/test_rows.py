"""Rows appended many at once hold what rows saved one by one hold."""

import pytest
from django.db import connection

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory
from vigie.apps.incidents.models import AttachmentBody, Obligation, Route
from vigie.apps.rows import append

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Obligation, Route])
def test_what_is_appended_reads_as_what_is_saved(now, model):
    declared(EstablishmentFactory(), now, telephone="")
    read = list(model.objects.order_by("pk").values())
    model.objects.all().delete()
    for row in read:
        model(**row).save(force_insert=True)
    assert list(model.objects.order_by("pk").values()) == read


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        append([])


def test_what_json_cannot_hold_is_refused_not_guessed():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL reads rows as JSON")
    with pytest.raises(TypeError, match="bytes"):
        append([AttachmentBody(attachment_id=1, content=b"sealed")])
