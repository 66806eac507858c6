"""A file of targets: wrong lines are named, the others kept, and no file takes the memory."""

import tracemalloc

import pytest
from typer.testing import CliRunner

from vigie.cli.alone import asked
from vigie.cli.main import app
from vigie.probes.scope import MandateKind

PUBLIC = MandateKind.ESTABLISHMENT


def test_wrong_lines_are_named_by_their_number_and_the_others_kept():
    lines = ["# the hospital", "", "www.valombre.example  # its site", "203.0.113.7", "300.1.1.1", "10.0.0.0/8",
             "2001:db8::/64", "a b c", "xn--hpital-oua.example", "hôpital.example", "203.0.113.7"]  # fmt: skip
    found = asked.read_lines(lines, PUBLIC)
    assert found.texts == ("www.valombre.example", "203.0.113.7", "xn--hpital-oua.example", "hôpital.example")
    assert [sentence.split(":")[0] for sentence in found.told] == ["line 5", "line 6", "line 7", "line 8"]
    assert "too large" in found.told[1]
    assert "too large" in found.told[2]


def test_thousands_of_wrong_lines_cost_no_memory_and_twenty_are_named():
    tracemalloc.start()
    found = asked.read_lines((f"300.{n}.1.1" for n in range(3_000)), PUBLIC)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.wrong, len(found.told), found.texts) == (3_000, 20, ())
    assert peak < 500_000


def test_more_than_one_look_may_hold_is_refused_at_its_line():
    with pytest.raises(asked.BadlyAsked, match="line 1025: more than 1024"):
        asked.read_lines((f"www{n}.valombre.example" for n in range(10**9)), PUBLIC)
    with pytest.raises(asked.BadlyAsked, match="line 5"):
        asked.read_lines([f"203.0.{n}.0/24" for n in range(9)], PUBLIC)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00\x01" * 50, id="binary"),
        pytest.param(b"9" * 3_000_000, id="one-line-without-end"),
    ],
)
def test_a_file_that_asks_nothing_sends_nothing(content, tmp_path, monkeypatch):
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    path = tmp_path / "targets.txt"
    path.write_bytes(content)
    done = CliRunner().invoke(app, ["scan", "--from", str(path), "--signatory", "me", "--basis", "letter"])
    assert done.exit_code == 2


def test_a_file_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    path = tmp_path / "nowhere.txt"
    done = CliRunner().invoke(app, ["scan", "--from", str(path), "--signatory", "me", "--basis", "letter"])
    assert done.exit_code == 2
    assert "cannot be read" in done.output
