"""Real cases that one source tells and another judges: what the NVD states goes in, the vendor's own word comes out.

`fed` is what the matcher hears, `judged_by` who says what is right: the CNA's record, an advisory of the vendor or of
CISA. Where a case `differs`, either the two do not say the same, or the form of what is fed cannot hold the answer.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import VulnerabilityRecord, answer, from_plain

TRUTH = Path(__file__).resolve().parents[2] / "truth"
CASES = [json.loads(line) for line in (TRUTH / "crossed_cases.jsonl").read_text().splitlines()]
WORDS = {True: {"affected", "conditional"}, False: {"fixed", "not_affected"}}


@pytest.fixture(scope="module")
def records():
    lines = (json.loads(line) for line in (TRUTH / "crossed_statements.jsonl").read_text().splitlines())
    return {
        told["cve"]: VulnerabilityRecord(told["cve"], told["source"], from_plain(told["statement"])) for told in lines
    }


def is_right(case, records):
    identity = Identity(case["vendor"], case["product"], case["version"])
    found = answer(case["cve"], identity, (records[case["cve"]],), aliases())
    return found.verdict in WORDS[case["affected"]]


def test_every_case_says_who_is_heard_and_who_judges():
    assert len(CASES) >= 200
    assert all(case["fed"] == "nvd" and case["judged_by"] for case in CASES)
    assert min(Counter(case["affected"] for case in CASES).values()) >= 100


def test_where_the_sources_agree_the_verdict_is_theirs(records):
    assert [case for case in CASES if not case.get("differs") and not is_right(case, records)] == []


def test_where_they_differ_it_is_still_so(records):
    """A case that comes right by itself loses its mark: the list of differences must not hide progress."""
    assert [case for case in CASES if case.get("differs") and is_right(case, records)] == []
    assert sum("differs" in case for case in CASES) < 0.1 * len(CASES)
