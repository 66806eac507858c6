"""What the guide tells people to type is typed, and answers."""

import re
import shlex
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from vigie.apps.accounts.tokens.actions import PER_MINUTE
from vigie.apps.findings.models import Finding

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "api.md").read_text()
COMMANDS = [line.strip() for line in GUIDE.splitlines() if line.startswith("    curl ")]


def typed(client: Client, command: str, finding: Finding):
    """The request that curl would send, through the house."""
    words, at = shlex.split(command)[1:], ""
    method, body, questions, kind = "GET", b"", "", "application/octet-stream"
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "--json":
            method, body, kind = "POST", words.pop(0).encode(), "application/json"
        elif word == "--data-urlencode":
            name, _, value = words.pop(0).partition("=")
            questions = f"?{urlencode({name: value})}"
        elif word == "-H":
            assert words.pop(0) == "Authorization: Bearer $VIGIE_TOKEN"
        elif word != "-G":
            at = word
    path = at.removeprefix("$VIGIE").replace("/findings/9/", f"/findings/{finding.pk}/")
    return client.generic(method, path + questions, body, content_type=kind)


def test_the_guide_shows_commands():
    assert len(COMMANDS) > 15


def test_every_command_of_the_guide_answers(analyst, world):
    guide = [command.replace("000000018", world.establishment.finess) for command in COMMANDS]
    for command in guide:
        command = command.replace("/ght/VA-00/", f"/{world.group.kind}/{world.group.code}/")
        answer = typed(analyst, command, world.finding)
        if answer.streaming:
            b"".join(answer.streaming_content)
        # Nobody has asked for a look yet at the time of the last command of the list of deeds.
        assert answer.status_code in {200, 201, 202}, f"{command}: {answer.status_code}"


def test_the_guide_tells_the_right_number_of_requests():
    assert re.search(rf"At most {PER_MINUTE} requests a minute", GUIDE)


@pytest.mark.parametrize("word", ["Vigie-Signature", "Idempotency-Key"])
def test_the_guide_names_the_heads_that_are_sent(word):
    source = Path(__file__).resolve().parents[2] / "src" / "vigie"
    assert word in GUIDE
    assert any(word in path.read_text() for path in (source / "channels").glob("*.py"))
