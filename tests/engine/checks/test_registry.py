from vigie.engine import checks
from vigie.engine.checks import CHECKS, judge_all
from vigie.engine.facts import Answer
from vigie.engine.outcome import Verdict

from .looks import http, look, tls


def test_every_module_of_the_folder_is_a_check_under_its_own_name():
    from pathlib import Path

    modules = {path.stem for path in Path(checks.__file__).parent.glob("*.py")}
    beside = {"__init__", "check", "certificate", "exposures", "lead", "outside", "suites"}
    assert {slug.replace("-", "_") for slug in CHECKS} == modules - beside


def test_every_check_says_who_calls_it_a_weakness():
    assert all(check.reference for check in CHECKS.values())


def test_what_did_not_answer_is_never_judged():
    for answer in Answer:
        if answer is not Answer.ANSWERED:
            assert all(outcome.verdict is Verdict.UNKNOWN for outcome in judge_all(look(answer=answer)))


def test_only_the_checks_that_apply_conclude():
    seen = {outcome.check for outcome in judge_all(look("https", tls=tls(), http=http()))}
    assert seen == {
        "tls-obsolete-protocol", "tls-certificate-expired", "tls-certificate-expires-soon",
        "tls-certificate-self-signed", "tls-name-mismatch", "http-directory-listing", "http-no-hsts",
        "http-default-page", "http-ntlm-offered",
        "tls-ssl-v3", "tls-suites-without-protection", "tls-weak-suites", "tls-weak-key", "tls-weak-key-exchange",
        "tls-weak-signature",
    }  # fmt: skip


def test_every_conclusion_shows_its_evidence_or_says_what_was_missing():
    for outcome in judge_all(look("https", tls=tls(), http=http())):
        assert outcome.evidence or outcome.reason
