import json

import pytest

from tests.cli.test_questions import BAD_LINES, asked
from vigie.cli import fingerprint

SSH = {"kind": "ssh", "banner": "SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3"}


def told(*lines):
    return [json.loads(text) for text in asked(fingerprint.answer, *lines)]


def test_a_banner_is_told_for_what_it_is():
    assert told(SSH) == [
        {
            "vendor": "openbsd",
            "product": "openssh",
            "version": "8.4p1",
            "cpe23": "cpe:2.3:a:openbsd:openssh:8.4:p1:*:*:*:*:*:*",
            "confidence": 100,
            "distribution": "debian:11",
            "package": "1:8.4p1-5+deb11u3",
        }
    ]


def test_what_no_rule_recognises_is_unknown_not_a_guess():
    [answer] = told({"kind": "ssh", "banner": "Valombre-1.0"})
    assert answer == {"vendor": None, "product": None, "version": None, "cpe23": None, "confidence": 0}


def test_a_kind_that_no_rule_reads_is_said():
    [answer] = told({"kind": "tea_leaves", "banner": "OpenSSH_9.2p1"})
    assert "tea_leaves" in answer["error"]
    assert answer["confidence"] == 0


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_bad_line_has_its_own_answer_and_the_next_is_heard(line):
    first, bad, last = told(SSH, line, SSH)
    assert bad["error"]
    assert bad["product"] is None
    assert first == last
    assert first["product"] == "openssh"


def test_an_application_stands_before_what_carries_it():
    [answer] = told({"kind": "http_cookie", "banner": "Set-Cookie: SVPNCOOKIE=; path=/; secure, PHPSESSID=1"})
    assert answer["cpe23"] == "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"
