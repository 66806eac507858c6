"""The link of a message, the outbox, the contacts: what a button does, and what reading never does."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.apps.notices.world import Drawer
from tests.factories import UserFactory
from tests.web.world import World
from vigie.apps.notices.models import Alert, Contact, Mailing, Notice
from vigie.apps.notices.tokens import feed_token, link_token, webhook_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    """Somebody of the establishment, with the message and no account."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def link(world: World) -> str:
    Drawer().deliver(world.notice.planned_at + timedelta(minutes=1))
    return reverse("web:open-notice", args=[link_token(world.notice.uid)])


def state(world: World) -> tuple[str, bool]:
    world.notice.refresh_from_db()
    return world.notice.state, world.notice.alert.acknowledged_at is not None


def test_opening_the_link_changes_nothing_however_often(world: World, reader: Client, link: str) -> None:
    for method in (reader.get, reader.head, reader.get):
        assert method(link).status_code == 200
    assert state(world) == ("sent", False)


def test_the_button_acknowledges_once(world: World, reader: Client, link: str) -> None:
    assert "I have read it" in reader.get(link).content.decode()
    for _ in range(2):
        assert reader.post(link, {"deed": "read"}).status_code == 302
    page = reader.get(link).content.decode()
    world.notice.alert.refresh_from_db()
    assert state(world) == ("acknowledged", True)
    assert "I have read it" not in page
    world.finding.refresh_from_db()
    assert world.finding.state == "acknowledged"


def test_a_form_from_elsewhere_acknowledges_nothing(world: World, link: str) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    assert elsewhere.post(link, {"deed": "read"}).status_code == 403
    assert state(world) == ("sent", False)


def test_the_fix_is_declared_from_the_link_and_looks_are_asked_for(world: World, reader: Client, link: str) -> None:
    page = reader.post(link, {"deed": "fixed"}, follow=True).content.decode()
    world.finding.refresh_from_db()
    assert world.finding.state == "fix_declared"
    assert "closed when a look proves it" in page


def test_whoever_holds_the_link_sees_numbers_and_no_weakness(world: World, reader: Client, link: str) -> None:
    page = reader.get(link).content.decode()
    assert world.establishment.name in page
    for detail in ("Pulse", "127.61", "CVE-", "9.1R11", "8443", world.vulnerability.cve):
        assert detail not in page


def test_the_address_of_the_link_is_neither_passed_on_nor_kept(reader: Client, link: str) -> None:
    answer = reader.get(link)
    assert answer["Referrer-Policy"] == "same-origin"  # without any, a browser posts from origin "null", refused
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("token", ["a", "0" * 32, f"{'0' * 32}-{'0' * 32}", "x" * 300])
def test_a_link_that_is_not_ours_opens_nothing(world: World, reader: Client, token: str) -> None:
    answer = reader.get(reverse("web:open-notice", args=[token]))
    assert answer.status_code == 410
    assert world.establishment.name not in answer.content.decode()


def test_the_link_of_a_contact_that_ended_opens_nothing(world: World, reader: Client, link: str) -> None:
    Contact.objects.filter(pk=world.notice.contact_id).update(superseded_at=world.notice.planned_at)
    assert reader.get(link).status_code == 410
    reader.post(link, {"deed": "read"})
    assert not state(world)[1]


def test_an_urgent_message_cannot_be_refused(world: World, reader: Client, link: str) -> None:
    assert "no more daily messages" not in reader.get(link).content.decode()
    page = reader.post(link, {"deed": "refuse"}, follow=True).content.decode()
    assert "cannot be refused" in page
    assert Contact.objects.get(pk=world.notice.contact_id).wants_digest


def test_a_daily_message_can(world: World, reader: Client) -> None:
    daily = Notice.objects.filter(urgent=False, alert__establishment=world.establishment)
    if not daily:  # the first establishment has nothing that is not urgent: make its alert a daily one
        Notice.objects.filter(pk=world.notice.pk).update(urgent=False)
        Alert.objects.filter(pk=world.notice.alert_id).update(urgent=False)
        daily = Notice.objects.filter(pk=world.notice.pk)
    url = reverse("web:open-notice", args=[link_token(daily[0].uid)])
    assert "no more daily messages" in reader.get(url).content.decode()
    reader.post(url, {"deed": "refuse"})
    assert not Contact.objects.get(pk=daily[0].contact_id).wants_digest


def test_the_feed_is_of_one_contact_and_holds_no_detail(world: World, reader: Client) -> None:
    contact = world.notice.contact
    answer = reader.get(reverse("web:notice-feed", args=[feed_token(contact.uid)]))
    told = answer.content.decode()
    assert answer["Content-Type"].startswith("application/rss+xml")
    assert world.notice.uid.hex in told
    assert world.establishment.name not in told
    other = Contact.objects.exclude(pk=contact.pk).get()
    assert (
        world.notice.uid.hex
        not in reader.get(reverse("web:notice-feed", args=[feed_token(other.uid)])).content.decode()
    )
    assert reader.get(reverse("web:notice-feed", args=[link_token(contact.uid)])).status_code == 404


def test_the_outbox_says_that_no_mail_server_is_configured(world: World, signed_in: Client) -> None:
    page = signed_in.get(reverse("web:notices")).content.decode()
    assert "Not sent: no mail server is configured." in page
    assert "1 establishment has to be called" in page


def test_the_page_of_a_notice_shows_what_would_be_sent_and_not_its_key(world: World, signed_in: Client) -> None:
    page = signed_in.get(reverse("web:notice", args=[world.notice.pk])).content.decode()
    assert "This is what would be sent." in page
    assert link_token(world.notice.uid) not in page


def test_two_persons_release_what_goes_to_many(world: World, signed_in: Client) -> None:
    mailing = Mailing.objects.get(key="campaign:0")
    url = reverse("web:judge-mailing", args=[mailing.pk])
    assert "another person" in signed_in.post(url, {"deed": "agree"}, follow=True).content.decode()
    assert "You have agreed already" in signed_in.post(url, {"deed": "agree"}, follow=True).content.decode()
    other = Client(headers={"accept-language": "en"})
    other.force_login(UserFactory(email="chloe@vigie.example"))
    assert "It is released" in other.post(url, {"deed": "agree"}, follow=True).content.decode()
    assert not Notice.objects.filter(state="planned").exists()


def test_a_call_is_recorded(world: World, signed_in: Client) -> None:
    alert = Alert.objects.to_telephone().get()
    page = signed_in.post(
        reverse("web:note-call", args=[alert.pk]), {"answered": "yes", "told": "the director"}, follow=True
    ).content.decode()
    assert "The call is recorded." in page
    assert "Nobody has to be called" in page


def contacts(world: World) -> str:
    return reverse("web:contacts", args=[world.unseen.finess])


TOLD = {"deed": "declare", "role": "director", "name": "Bruno Exemple", "email": "bruno@ostreval.example"} | {
    "telephone": "", "webhook": "", "language": "en",
}  # fmt: skip


def test_a_declared_contact_confirms_its_own_address(world: World, signed_in: Client, reader: Client) -> None:
    page = signed_in.post(contacts(world), TOLD, follow=True).content.decode()
    assert "asks it to confirm its address" in page
    asked = Notice.objects.get(kind="verification")
    url = reverse("web:open-notice", args=[link_token(asked.uid)])
    assert "Are you to be told?" in reader.get(url).content.decode()
    assert asked.contact.verified_at is None
    assert "Your address is confirmed" in reader.post(url, {"deed": "confirm"}, follow=True).content.decode()
    # What reached nobody is told to it now.
    assert Notice.objects.filter(contact=asked.contact, urgent=True).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Bruno\r\nBcc: x@y.example"},
        {"email": "not an address"},
        {"email": "", "telephone": ""},
        {"webhook": "http://10.0.0.1/"},
        {"role": "regional_agency"},
    ],
    ids=["header", "address", "unreachable", "webhook", "role"],
)
def test_a_contact_that_cannot_be_keeps_what_was_typed(world: World, signed_in: Client, wrong: dict[str, str]) -> None:
    before = Contact.objects.count()
    answer = signed_in.post(contacts(world), TOLD | wrong)
    assert answer.status_code == 422
    assert "Bruno" in answer.content.decode()
    assert Contact.objects.count() == before


def test_a_contact_is_confirmed_by_telephone_or_ended(world: World, signed_in: Client) -> None:
    signed_in.post(contacts(world), TOLD | {"webhook": "https://tickets.example/hook"})
    made = Contact.objects.get(name="Bruno Exemple")
    assert webhook_secret(made.uid) in signed_in.get(contacts(world)).content.decode()
    signed_in.post(contacts(world), {"deed": "confirm", "contact": made.pk})
    made.refresh_from_db()
    assert made.verified_at is not None
    signed_in.post(contacts(world), {"deed": "end", "contact": made.pk})
    assert "Bruno Exemple" not in signed_in.get(contacts(world)).content.decode()


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 40, "²"])
def test_a_contact_of_elsewhere_cannot_be_ended(world: World, signed_in: Client, number: str) -> None:
    assert signed_in.post(contacts(world), {"deed": "end", "contact": number}).status_code == 404
    foreign = world.notice.contact_id
    assert signed_in.post(contacts(world), {"deed": "end", "contact": foreign}).status_code == 404


def test_the_region_lists_whom_nobody_can_reach(world: World, signed_in: Client) -> None:
    page = signed_in.get(reverse("web:territory-contacts", args=["region", "X1"])).content.decode()
    assert world.unseen.name in page
    assert world.establishment.name not in page


def test_the_funnel_counts_to_the_proof(world: World, signed_in: Client, today: datetime) -> None:
    page = signed_in.get(reverse("web:funnel")).content.decode()
    assert "0 are fixed, proved by a look" in page or "0 is fixed, proved by a look" in page
    assert "escalation-2026-11-23" in page
