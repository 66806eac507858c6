"""What a finding rests on is not there any more, and nothing passed: it ends after two looks a day apart."""

from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest

from vigie.apps.findings.judging import judge_replaced
from vigie.apps.findings.merging import merge
from vigie.apps.vulns.models import Pair
from vigie.engine.facts import Answer, DicomAnswer, DicomFacts, Facts, FtpFacts, PortState, ServiceLook, Transport
from vigie.engine.lifecycle import Seen

FTP = Facts(banner="220", ftp=FtpFacts("ready", (), False))


def look(now, facts=FTP, service="ftp", answer=Answer.ANSWERED):
    return ServiceLook("127.0.0.1", 21, Transport.TCP, None, PortState.OPEN, answer, service, "", now, facts)


def finding(kind="check", subject="ftp-no-tls", facts=FTP, service="ftp", pair=None):
    before = SimpleNamespace(facts=msgspec.to_builtins(facts), service=service, pair=pair)
    return SimpleNamespace(kind=kind, subject=subject, service=before)


def pair(number, vendor, product):
    return Pair(pk=number, vendor=vendor, product=product)


def test_a_check_that_applies_no_more_to_a_service_told_as_well_as_before_is_absent(now):
    assert judge_replaced(look(now), (), finding()).seen is Seen.ABSENT


def test_a_check_whose_facts_did_not_come_this_time_proves_nothing(now):
    poorer = look(now, Facts(banner="220"))
    assert judge_replaced(poorer, (), finding()) is None


def test_another_service_is_positive_proof(now):
    other = look(now, Facts(dicom=DicomFacts(DicomAnswer.ACCEPTED, None, None, None)), "dicom")
    assert judge_replaced(other, (), finding()).seen is Seen.MENDED


def test_a_check_that_this_version_does_not_know_proves_nothing(now):
    assert judge_replaced(look(now), (), finding(subject="of-a-newer-version")) is None


@pytest.mark.parametrize("answer", [Answer.SILENT, Answer.GARBLED, Answer.NOT_ASKED])
def test_what_could_not_be_looked_at_proves_nothing(now, answer):
    assert judge_replaced(look(now, answer=answer), (), finding()) is None


def test_what_was_beside_a_product_that_was_replaced_is_absent_and_the_product_itself_is_mended(now):
    apache, nginx = pair(1, "apache", "http_server"), pair(2, "f5", "nginx")
    beside = finding("product", "php:php", pair=apache)
    first = finding("product", "apache:http_server", pair=apache)
    assert judge_replaced(look(now), (nginx,), beside).seen is Seen.ABSENT
    assert judge_replaced(look(now), (nginx,), first).seen is Seen.MENDED
    assert judge_replaced(look(now), (pair(3, "apache", "http_server"),), beside) is None  # hidden now, maybe
    assert judge_replaced(look(now), (), beside) is None


def test_absent_under_one_name_and_unknown_under_another_is_unknown(now):
    gone = judge_replaced(look(now), (), finding())
    assert merge({"": gone}, [""]).seen is Seen.ABSENT
    assert merge({"": gone}, ["", "www.valombre.example"]).seen is Seen.UNKNOWN


def test_two_such_looks_a_day_apart_end_it_and_one_does_not(world, ftp, monkeypatch):
    from dataclasses import replace

    from vigie.apps.findings.models import Finding
    from vigie.engine import checks

    ftp("127.62.8.2", auth_tls=False)
    world.declare("127.62.8.2")
    world.look()
    found = Finding.objects.get(subject="ftp-no-tls")
    # The rule changed: it applies to other servers only.
    narrower = {**checks.CHECKS, "ftp-no-tls": replace(checks.CHECKS["ftp-no-tls"], judge=lambda look: None)}
    monkeypatch.setattr(checks, "CHECKS", narrower)
    world.look(after=timedelta(hours=1))
    found.refresh_from_db()
    assert (found.state, found.absences) == ("open", 1)
    world.look(after=timedelta(hours=1))
    found.refresh_from_db()
    assert found.state == "open"
    world.look(after=timedelta(days=1))
    found.refresh_from_db()
    assert (found.state, found.close_reason) == ("no_longer_observed", "not_applicable")
