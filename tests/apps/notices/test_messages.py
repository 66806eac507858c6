"""What a message says and does not say, what it does on the wire, and what mail servers report of it."""

import email
import email.policy
from datetime import timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest

from tests.channels.mail_server import mail_server
from tests.factories import EstablishmentFactory
from vigie.apps.notices import actions, bounces, tokens
from vigie.apps.notices.carrying import Carrier, Origin, as_call, as_message, origin_of
from vigie.apps.notices.models import Notice
from vigie.channels.smtp import door
from vigie.channels.webhook import WebhookDoor

from .world import Drawer, contact, hospital, tell

pytestmark = pytest.mark.django_db
ORIGIN = Origin("vigie@vigie.example", "https://vigie.example")
SECRETS = ("Valmorne", "vulnerab", "critical", "critique", "CVE", "127.", "FINESS", "Pulse")


class Html(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.language = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        told = dict(attrs)
        self.language = told.get("lang", self.language)
        if "href" in told:
            self.links.append(told["href"])


def written(now, *, urgent=True, language="fr", number=1, **changes):
    one = EstablishmentFactory(name="Centre hospitalier de Valmorne")
    contact(one, "officer", now, language=language)
    tell(one, now, number, urgent=urgent)
    notice = Notice.objects.select_related("contact", "alert").latest("pk")
    notice.message_id = f"<{notice.uid.hex}@vigie.example>"
    for name, value in changes.items():
        setattr(notice, name, value)
    return as_message(notice, ORIGIN, now), notice


def parts(message):
    """As a mail reader sees it, after the wire."""
    read = email.message_from_bytes(message.as_bytes(policy=email.policy.SMTP), policy=email.policy.default)
    return [part.get_content() for part in read.iter_parts()]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("kind", ["first", "reminder", "escalation"])
def test_a_message_holds_a_link_and_no_detail(now, language, urgent, kind):
    message, notice = written(now, urgent=urgent, language=language, kind=kind)
    text, html = parts(message)
    link = f"https://vigie.example/notices/open/{tokens.link_token(notice.uid)}"
    assert link in text
    for told in (message["Subject"], text.replace("valmorne.example", ""), html):
        assert [word for word in SECRETS if word in told] == []


def test_a_message_can_be_read_by_everybody_and_tracks_nobody(now):
    text, html = parts(written(now)[0])
    seen = Html()
    seen.feed(html)
    assert seen.language == "fr"
    assert not {"img", "script", "link", "iframe", "table"} & set(seen.tags)
    assert "h1" in seen.tags
    assert set(seen.links) == {text.split("https://")[1].split()[0].join(["https://", ""])}


def test_the_language_is_the_reader_s(now):
    french, english = written(now)[0], written(now, language="en", number=2)[0]
    assert english["Subject"] == "Vigie: an urgent message is waiting for you"
    assert french["Subject"] != english["Subject"]
    assert french["Content-Language"] == "fr"


def test_the_headers_are_those_of_a_machine_that_answers_nobody(now):
    message, notice = written(now)
    assert message["Message-ID"] == f"<{notice.uid.hex}@vigie.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "officer@valmorne.example"
    assert "X-Vigie-Repetition" not in message


def test_only_the_daily_message_offers_to_stop(now):
    assert "List-Unsubscribe" not in written(now)[0]
    assert "List-Unsubscribe" in written(now, urgent=False, number=2)[0]


def test_a_repetition_says_so_under_the_same_identifier(now):
    message, notice = written(now, repeats=1, language="en")
    assert message["X-Vigie-Repetition"] == "1"
    assert "this is a repetition" in parts(message)[0].replace("\n", " ")
    assert message["Message-ID"] == notice.message_id


def test_a_program_is_told_as_little(now):
    _, notice = written(now)
    call = as_call(notice, ORIGIN, now)
    assert set(call) == {"id", "kind", "urgent", "repetition", "link", "sent_at"}


def test_the_link_is_not_made_of_what_every_relay_sees(now):
    _, notice = written(now)
    token = tokens.link_token(notice.uid)
    assert tokens.read_token(token, "link") == notice.uid
    assert tokens.read_token(notice.uid.hex, "link") is None
    assert tokens.read_token(token[:-1] + ("0" if token[-1] != "0" else "1"), "link") is None
    assert tokens.read_token(token, "feed") is None
    assert tokens.read_token("é" * 40, "link") is None


def test_an_installation_without_mail_still_shows_what_would_be_sent(now):
    assert origin_of(sender=None, public_url="https://vigie.example").domain == "vigie.example"


def carrier(port):
    return Carrier(ORIGIN, door(f"smtp+clear://127.0.0.1:{port}"), WebhookDoor())


def test_many_messages_leave_over_one_line_and_come_whole(now):
    for number in range(3):
        tell(hospital(now), now, number)
    with mail_server() as (kept, port), carrier(port) as post:
        assert actions.Sender(post, lambda: now).deliver().sent == 3
    sent = {message["Message-ID"] for message in kept.messages}
    assert sent == set(Notice.objects.values_list("message_id", flat=True))
    assert Notice.objects.filter(reply__startswith="250 2.0.0 queued").count() == 3
    assert f"ENVID={Notice.objects.earliest('pk').uid.hex.upper()}" in kept.envelopes[0].mail_options


@pytest.mark.parametrize(
    ("address", "state", "counted"),
    [
        pytest.param("never@valmorne.example", "failed", "refused", id="refused"),
        pytest.param("later@valmorne.example", "released", "put_off", id="greylisted"),
        pytest.param("dies@valmorne.example", "released", "uncertain", id="dies-after-the-message"),
    ],
)
def test_what_the_server_says_decides(now, address, state, counted):
    one = EstablishmentFactory()
    contact(one, "officer", now, email=address)
    tell(one, now, 1)
    with mail_server() as (_, port), carrier(port) as post:
        done = actions.Sender(post, lambda: now).deliver()
    assert getattr(done, counted) == 1
    assert Notice.objects.earliest("pk").state == state


def test_a_server_that_is_not_there_closes_the_way_and_loses_nothing(now):
    tell(hospital(now), now, 1)
    with carrier(1) as post:
        assert "cannot be used" in actions.Sender(post, lambda: now).deliver().closed
    assert Notice.objects.get().state == "released"


def report(notice, action="failed", *, named_by="headers", status="5.1.1"):
    returned = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{notice.uid.hex}@vigie.example>\r\n"
    envelope = f"Original-Envelope-Id: {notice.uid.hex}\r\n" if named_by == "envelope" else ""
    lines = [
        "From: MAILER-DAEMON@relay.example",
        "Subject: Undelivered",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.",
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n{envelope}",
        f"Final-Recipient: rfc822; officer@valmorne.example\r\nAction: {action}\r\nStatus: {status}",
        "Diagnostic-Code: smtp; 550 no such\r\n person",
        f"--b\r\n{returned if named_by == 'headers' else 'Content-Type: text/plain'}\r\n",
        "--b--\r\n",
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def sent(now):
    tell(hospital(now), now, 1)
    Drawer().deliver(now)
    return Notice.objects.get()


@pytest.mark.parametrize("named_by", ["headers", "envelope"])
@pytest.mark.parametrize(
    ("action", "state"), [("failed", "bounced"), ("delivered", "delivered"), ("relayed", "delivered")]
)
def test_a_report_moves_its_message_once(now, sent, named_by, action, state):
    told = bounces.read_report(report(sent, action, named_by=named_by))
    assert actions.apply_report(told, now)
    assert not actions.apply_report(told, now)
    sent.refresh_from_db()
    assert (sent.state, sent.reply) == (state, "5.1.1 smtp; 550 no such person")


def test_a_returned_message_hands_over_to_the_next_people(now, sent):
    actions.apply_report(bounces.read_report(report(sent)), now)
    assert actions.take_due_steps(now + timedelta(seconds=1)) == 1
    assert list(Notice.objects.exclude(pk=sent.pk).values_list("contact__role", flat=True)) == ["officer"]


def test_a_report_that_comes_after_somebody_read_it_changes_nothing(now, sent):
    actions.acknowledge(notice=sent, by="contact", now=now)
    assert not actions.apply_report(bounces.read_report(report(sent)), now)


def test_a_delay_is_no_end(sent):
    assert bounces.read_report(report(sent, "delayed")) is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Subject: out of office\r\n\r\nI am away.", id="an-answer"),
        pytest.param(b"\xff\xfe\x00" * 500, id="noise"),
        pytest.param(b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n", id="names-nobody"),
        pytest.param(b"x" * (bounces.MOST_BYTES + 1), id="huge"),
        pytest.param(b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + b"--b\r\n" * 5000, id="many-parts"),
    ],
)
def test_what_is_not_a_report_on_our_messages_is_told(raw):
    with pytest.raises(bounces.UnreadableReport):
        bounces.read_report(raw)


def test_a_report_on_a_message_that_we_do_not_know_changes_nothing(now, sent):
    stranger = Notice(uid=UUID(int=7))
    assert not actions.apply_report(bounces.read_report(report(stranger)), now)
