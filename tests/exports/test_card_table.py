import csv
import io

from tests.exports.samples import FULL, HOSTILE, NEVER
from vigie.exports.card import findings_csv, measures_csv
from vigie.exports.csv_text import MARK, csv_text


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK)), delimiter=";"))


def test_each_measure_is_a_line_with_its_whole_and_the_week_before():
    rows = {row["measure"]: row for row in read(measures_csv(FULL))}
    assert {row["week"] for row in rows.values()} == {"2026-W47"}
    assert (rows["services"]["value"], rows["services"]["a_week_before"]) == ("27", "25")
    assert (rows["open_exploited"]["value"], rows["open_exploited"]["of"]) == ("1", "5")
    assert (rows["time_to_fix_median"]["value"], rows["time_to_fix_median"]["unit"]) == ("1209600", "seconds")
    assert rows["still_open_at_90_days"]["value"] == ""
    assert (rows["open_all"]["value"], rows["open_high"]["a_week_before"]) == ("5", "2")


def test_what_is_not_known_is_empty_and_not_nought():
    rows = {row["measure"]: row["value"] for row in read(measures_csv(NEVER))}
    assert rows["last_look"] == ""
    assert "services" not in rows
    assert read(findings_csv(NEVER)) == []


def test_each_open_finding_is_a_line():
    rows = read(findings_csv(FULL))
    assert len(rows) == len(FULL.open)
    assert (rows[0]["severity"], rows[0]["exploited"], rows[0]["mended_by"]) == ("critical", "yes", "9.1R11.4")


def test_no_cell_is_run_by_a_spreadsheet():
    assert all(
        not cell.startswith(("=", "+", "@"))
        for text in (measures_csv(HOSTILE), findings_csv(HOSTILE))
        for row in read(text)
        for cell in row.values()
    )
    assert csv_text(("a",), [["=1+1"], ["-x"], [-5], ["line\nbreak; end"]]).splitlines()[1:4] == ["'=1+1", "'-x", "-5"]
