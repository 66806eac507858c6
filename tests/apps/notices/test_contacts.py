"""Who can be declared as a contact, and what is refused."""

import pytest

from tests.factories import EstablishmentFactory, GroupFactory, RegionFactory
from vigie.apps.audit.models import Event
from vigie.apps.notices import actions, queries
from vigie.apps.notices.models import Contact
from vigie.apps.registry.models import Establishment

from .world import DAY, contact

pytestmark = pytest.mark.django_db


def declare(now, owner=None, **told):
    facts = {"role": "officer", "name": "Aline Exemple", "email": "aline@valmorne.example"} | told
    return actions.declare_contact(owner=owner or EstablishmentFactory(), by="test", now=now, **facts)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Aline\r\nBcc: all@example.org", id="header"),
        pytest.param("Aline\nBcc: all@example.org", id="line-feed"),
        pytest.param("Aline\x00", id="nul"),
        pytest.param("Aline\u2028Bcc: x", id="line-separator"),
        pytest.param("Aline\u202egnp.exe", id="turned-round"),
        pytest.param("Aline\x85Bcc: x", id="next-line"),
        pytest.param("Aline\t", id="tab"),
        pytest.param("   ", id="blank"),
        pytest.param("A" * 121, id="too-long"),
    ],
)
def test_a_name_that_could_become_a_header_is_refused(now, name):
    with pytest.raises(actions.InvalidContact):
        declare(now, name=name)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        "aline",
        "aline@",
        "@valmorne.example",
        "aline@valmorne",
        "aline@valmorne.example\r\nBcc: x@y.example",
        "aline@valmorne.example, bruno@valmorne.example",
        "aline@valmorne.example bruno@valmorne.example",
        '"aline"@valmorne.example',
        "aline@[127.0.0.1]",
        "Aline <aline@valmorne.example>",
        "aline..x@valmorne.example",
        ".aline@valmorne.example",
        "aliné@valmorne.example",
        "aline@valmorné.example",
        "aline@-valmorne.example",
        f"{'a' * 65}@valmorne.example",
        f"aline@{'a.' * 130}example",
        "aline@valmorne.example\x00",
    ],
)
def test_what_is_not_one_plain_address_is_refused(now, email):
    with pytest.raises(actions.InvalidContact):
        declare(now, email=email)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01 23 45 67 89", "+33123456789"),
        ("+33 (1) 23-45-67-89", "+33123456789"),
        ("0033123456789", "+33123456789"),
        ("02.62.12.34.56", "+33262123456"),
    ],
)
def test_a_telephone_is_kept_in_one_form(now, typed, kept):
    assert declare(now, telephone=typed).telephone == kept


@pytest.mark.parametrize(
    "typed", ["12", "+0123456789", "premier étage", "01 23 45 67 89\r\nX: y", "+331234567890123456"]
)
def test_what_is_not_a_telephone_is_refused(now, typed):
    with pytest.raises(actions.InvalidContact):
        declare(now, telephone=typed)


@pytest.mark.parametrize(
    "webhook", ["http://hook.example/", "https://10.0.0.1/", "https://hook.example:22/", "file:///etc/passwd"]
)
def test_a_webhook_that_leads_elsewhere_is_refused(now, webhook):
    with pytest.raises(actions.InvalidContact):
        declare(now, webhook=webhook)


def test_a_contact_that_cannot_be_reached_is_refused(now):
    with pytest.raises(actions.InvalidContact):
        declare(now, email="")


@pytest.mark.parametrize(
    ("owner", "role", "accepted"),
    [
        (EstablishmentFactory, "director", True),
        (EstablishmentFactory, "group_officer", False),
        (GroupFactory, "group_officer", True),
        (GroupFactory, "officer", False),
        (RegionFactory, "regional_agency", True),
        (RegionFactory, "director", False),
        (RegionFactory, "telephone", False),
    ],
)
def test_each_owner_has_its_own_roles(now, owner, role, accepted):
    one = owner()
    if accepted:
        assert declare(now, owner=one, role=role).owner == one
    else:
        with pytest.raises(actions.InvalidContact):
            declare(now, owner=one, role=role)


def test_the_same_contact_again_is_the_same_row(now):
    one = EstablishmentFactory()
    assert declare(now, owner=one) == declare(now + DAY, owner=one)


def test_a_contact_ends_and_is_never_erased(now):
    made = declare(now - 3 * DAY)
    actions.end_contact(contact=made, by="test", now=now)
    assert queries.contacts_of({"establishment": made.establishment_id}, now.date()).count() == 0
    assert Contact.objects.as_of((now - DAY).date(), now).count() == 1
    with pytest.raises(actions.AlreadyDone):
        actions.end_contact(contact=made, by="test", now=now)


def test_every_change_of_a_contact_is_in_the_audit_trail(now):
    made = declare(now)
    actions.confirm_contact(contact=made, by="test", now=now)
    assert not actions.confirm_contact(contact=made, by="test", now=now)
    actions.refuse_digest(contact=made, urgent=False, by="test", now=now)
    actions.end_contact(contact=made, by="test", now=now)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["contact-declared", "contact-verified", "digest-refused", "contact-ended"]


def test_establishments_that_nobody_can_reach_are_listed(now):
    reached, declared, bare = EstablishmentFactory(), EstablishmentFactory(), EstablishmentFactory()
    contact(reached, "officer", now)
    contact(declared, "officer", now, verified=False)
    found = queries.without_contact(Establishment.objects.all(), now.date())
    assert set(found) == {declared, bare}
