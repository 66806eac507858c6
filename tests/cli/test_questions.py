import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.vulnerability_files import cve, nvd_text, write
from vigie.apps.vulns.actions import store_records
from vigie.apps.vulns.queries import records_of
from vigie.cli import match as match_command
from vigie.cli import versions
from vigie.cli.json_lines import LONGEST, converse
from vigie.sources.nvd import read_nvd

TRUTH = Path(__file__).resolve().parents[1] / "truth" / "match_cases.jsonl"
QUESTION = {"vendor": "fortinet", "product": "fortios", "version": "7.0.5", "cve": "CVE-2024-21762"}


@pytest.fixture
def desk():
    return match_command._Desk(match_command._sources(starter_only=True))


def asked(answer, *lines):
    """What is printed for these lines of stdin."""
    questions = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    kept = sys.stdout
    sys.stdout = out = io.StringIO()
    try:
        converse(answer, questions=io.BytesIO(b"\n".join(questions)))
    finally:
        sys.stdout = kept
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("scheme", "a", "b", "expected"),
    [
        pytest.param("fortios", "7.0.9", "7.0.12", "<", id="numbers-not-texts"),
        pytest.param("Fortinet:FortiOS", "7.0.12", "7.0.12", "=", id="by-product"),
        pytest.param("PAN-OS", "11.0.4-h1", "11.0.4", ">", id="as-a-person-writes-it"),
        pytest.param("fortios", "7.0.9", "latest", "?", id="no-version"),
        pytest.param("astrology", "1", "2", "?", id="no-such-scheme"),
        pytest.param("fortios", "7" * 10_000, "7.0.9", "?", id="version-of-10-kB"),
    ],
)
def test_a_comparison_is_one_sign(scheme, a, b, expected):
    assert asked(versions._answer, {"scheme": scheme, "a": a, "b": b}) == [expected]


BAD_LINES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"{", id="cut"),
    pytest.param(b"[]", id="array"),
    pytest.param(b"null", id="null"),
    pytest.param(b"\xff\xfe", id="not-utf-8"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b'{"scheme": "' + b"x" * LONGEST, id="too-long"),
    pytest.param(b'{"scheme": 1, "vendor": 1}', id="number-for-a-name"),
]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_bad_line_has_its_own_answer_and_the_next_is_heard(line, desk):
    good = {"scheme": "fortios", "a": "1.0.0", "b": "1.0.1"}
    assert asked(versions._answer, good, line, good) == ["<", "?", "<"]
    first, bad, last = (json.loads(text) for text in asked(desk.answer, QUESTION, line, QUESTION))
    assert bad["verdict"] == "unknown"
    assert bad["error"]
    assert first == last
    assert first["verdict"] == "affected"


def test_an_answer_tells_what_decided_and_who_says_so(desk):
    (line,) = asked(desk.answer, QUESTION)
    answer = json.loads(line)
    assert answer["verdict"] == "affected"
    assert answer["source"] == "vigie"
    assert answer["evidence"].startswith("7.0.5 is in fortinet:fortios")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param({"version": "7.4.3"}, "fixed", id="fixed"),
        pytest.param({"version": None}, "unknown", id="no-version"),
        pytest.param({"vendor": "Fortinet", "product": "FortiGate"}, "affected", id="names-as-people-write-them"),
        pytest.param({"cve": "cve-2024-21762 "}, "affected", id="identifier-in-lower-case"),
        pytest.param({"cve": "CVE-2099-0001"}, "unknown", id="a-vulnerability-that-nobody-told"),
        pytest.param({"product": "fortitoaster"}, "unknown", id="a-product-that-the-catalogue-does-not-name"),
    ],
)
def test_what_nobody_tells_is_unknown(desk, change, verdict):
    (line,) = asked(desk.answer, QUESTION | change)
    assert json.loads(line)["verdict"] == verdict


def test_the_command_answers_while_it_is_asked(tmp_path):
    """Whoever asks may wait for each answer: one process, two questions, no end of input between them."""
    environment = {"VIGIE_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "vigie.cli.main", "match", "--jsonl"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, cwd=tmp_path) as process:
        for _ in range(2):
            process.stdin.write(json.dumps(QUESTION).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == "affected"
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"version": "7." + "0" * 10_000}, id="a-version-of-ten-kilobytes"),
        pytest.param({"version": "7.0.5\nfixed"}, id="a-version-of-two-lines"),
        pytest.param({"vendor": "cpe:2.3:" + ":".join("x" * 20)}, id="a-name-of-twenty-components"),
        pytest.param({"product": "x" * 100_000}, id="a-product-of-a-hundred-kilobytes"),
        pytest.param({"cve": "CVE-" + "9" * 5_000}, id="an-identifier-of-five-kilobytes"),
        pytest.param({"cve": "CVE-\n2024-21762"}, id="an-identifier-of-two-lines"),
    ],
)
def test_an_answer_is_one_short_line_whatever_is_asked(desk, change):
    asked = {"vendor": "fortinet", "product": "fortios", "version": "7.0.5", "cve": "CVE-2024-21762"}
    answer = desk.answer(json.dumps(asked | change).encode())
    assert "\n" not in answer
    assert len(answer) < 500
    assert json.loads(answer)["verdict"] == "unknown"


@pytest.mark.django_db
def test_what_is_stored_is_heard_besides_the_catalogue(tmp_path, now):
    items = [cve("CVE-2099-1"), cve("CVE-2099-2", vulnStatus="Rejected"), cve("CVE-2099-3", configurations=[])]
    store_records(records=read_nvd(write(tmp_path, "nvd.json", nvd_text(*items))), now=now)
    desk = match_command._Desk(records_of)
    portal = {"vendor": "Valmed", "product": "Portal", "version": "1.0"}
    asking = [portal | {"cve": f"CVE-2099-{number}"} for number in (1, 2, 3, 4)]
    asking.append(portal | {"cve": "CVE-2099-1", "product": "agenda"})
    verdicts = [json.loads(line)["verdict"] for line in asked(desk.answer, *asking)]
    assert verdicts == ["affected", "not_affected", "unknown", "unknown", "not_affected"]


def test_the_pairs_of_the_advisories_are_answered_right(shared_data):
    pairs = json.loads((shared_data / "truth" / "version_pairs_sample.json").read_text())
    answers = asked(versions._answer, *pairs)
    wrong = [pair for pair, answer in zip(pairs, answers, strict=True) if pair["expected"] != answer]
    assert wrong == []


def test_the_cases_of_the_advisories_are_answered_right(shared_data, desk):
    cases = json.loads((shared_data / "truth" / "match_cases_sample.json").read_text())
    answers = [json.loads(line) for line in asked(desk.answer, *cases)]
    # Check Point mends by a hotfix that the version does not show: "please check" is the right answer there.
    concerned = {True: {"affected", "conditional"}, False: {"fixed", "not_affected"}}
    wrong = [
        (case["cve"], case["product"], case["version"], answer)
        for case, answer in zip(cases, answers, strict=True)
        if answer["verdict"] not in concerned[case["affected"]]
    ]
    assert wrong == []


def test_our_own_table_of_real_cases_is_answered_right(desk):
    cases = [json.loads(line) for line in TRUTH.read_text().splitlines()]
    assert len(cases) >= 120
    assert all(case["source"] for case in cases)
    answers = [json.loads(line)["verdict"] for line in asked(desk.answer, *cases)]
    concerned = {True: {"affected", "conditional"}, False: {"fixed", "not_affected"}}
    wrong = [
        (case["cve"], case["product"], case["version"], answer)
        for case, answer in zip(cases, answers, strict=True)
        if answer not in concerned[case["affected"]]
    ]
    assert wrong == []
