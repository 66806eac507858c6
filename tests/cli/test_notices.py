"""The messages from the command line: listed, sent, checked, and what came back."""

import json
import mailbox
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.apps.notices.test_messages import report
from tests.apps.notices.world import Drawer, hospital, tell
from tests.channels.mail_server import mail_server
from vigie.apps.notices.models import Notice
from vigie.channels.smtp import door
from vigie.cli.notices import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(settings):
    """Point the installation to that port, or to none."""

    def to(port=None):
        where = door(f"smtp+clear://127.0.0.1:{port}") if port else None
        settings.VIGIE = SimpleNamespace(
            mail_door=lambda: where, smtp_from="vigie@vigie.example", public_url="https://vigie.example"
        )

    to()
    return to


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_without_a_mail_server_nothing_is_sent_and_it_is_said(now, mail):
    tell(hospital(now), now, 1)
    done = run("send")
    assert done.exit_code == 1
    assert "nothing was sent" in done.stderr
    assert "released" in run("outbox").stdout


def test_what_is_due_is_sent_once(now, mail):
    tell(hospital(now), now, 1)
    with mail_server() as (kept, port):
        mail(port)
        assert json.loads(run("send", "--json").stdout)["sent"] == 1
        assert json.loads(run("send", "--json").stdout)["sent"] == 0
        assert run("check").exit_code == 0
    assert len(kept.messages) == 1
    row = json.loads(run("outbox", "--state", "sent", "--json").stdout)
    assert row["message_id"] == kept.messages[0]["Message-ID"]


def test_a_mail_server_that_is_not_there_is_told_in_words(now, mail):
    tell(hospital(now), now, 1)
    mail(1)
    assert "What waits is kept" in run("send").stderr
    assert "cannot be used" in run("check").stderr


@pytest.mark.parametrize("form", ["eml", "mbox", "folder"])
def test_reports_are_read_in_every_form_once(now, tmp_path, form):
    tell(hospital(now), now, 1)
    Drawer().deliver(now)
    notice = Notice.objects.get()
    raw = report(notice)
    path = tmp_path / form
    if form == "eml":
        path.write_bytes(raw)
    elif form == "mbox":
        box = mailbox.mbox(path)
        box.add(b"Subject: away\n\nI am away.")
        box.add(raw)
        box.close()
    else:
        path.mkdir()
        (path / "1").write_bytes(raw)
        (path / "2").write_bytes(b"")
    assert json.loads(run("bounces", str(path), "--json").stdout)["changed"] == 1
    assert json.loads(run("bounces", str(path), "--json").stdout)["changed"] == 0
    notice.refresh_from_db()
    assert notice.state == "bounced"


def test_a_file_without_any_report_is_a_failure(tmp_path):
    (tmp_path / "note").write_text("hello")
    assert run("bounces", str(tmp_path / "note")).exit_code == 1


def test_the_funnel_is_told(now):
    tell(hospital(now), now, 1, 2)
    row = json.loads(run("funnel", "--json").stdout)
    assert (row["things"], row["sent"], row["verified"]) == (2, 0, 0)
