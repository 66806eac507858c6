"""Whom the demonstration declares: enough to show what is told, and whom nobody can reach; nobody real."""

import pytest

from tests.factories import EstablishmentFactory, GroupFactory
from vigie.apps.notices import queries
from vigie.apps.notices.models import Contact
from vigie.apps.registry.models import Establishment
from vigie.lab import people

pytestmark = pytest.mark.django_db


def test_the_invented_contacts_are_declared_once_and_lead_nowhere(now):
    for _ in range(20):
        EstablishmentFactory()
    GroupFactory()
    for _ in range(2):
        people.declare(Establishment.objects.order_by("pk"), now=now)
    assert Contact.objects.count() == 2 * 18 + 1 + 1
    assert {email.rpartition(".")[2] for email in Contact.objects.values_list("email", flat=True)} == {"example"}
    assert all(number.startswith("+3319900") for number in Contact.objects.values_list("telephone", flat=True))
    assert queries.without_contact(Establishment.objects.all(), now.date()).count() == 4
