from tests.factories import luhn_finess
from vigie.sources.faults import BadRow
from vigie.sources.perimeter import read_assets, read_mandates
from vigie.sources.text_file import examine

FINESS = luhn_finess(1)


def table(folder, text):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return examine(path)


def test_an_asset_file_is_read_line_by_line(tmp_path):
    header = "finess;kind;value;label;exchanges_care_data"
    text = f"{header}\n{FINESS};DOMAIN;example.org;Site;oui\n{FINESS};range;x;;perhaps\n1;a;b;c;d\n"
    good, flag, number = read_assets(table(tmp_path, text))
    assert (good.kind, good.value, good.exchanges_care_data) == ("domain", "example.org", True)
    assert isinstance(flag, BadRow)
    assert "neither yes nor no" in flag.reason
    assert isinstance(number, BadRow)
    assert number.line == 4


def test_a_mandate_file_splits_its_lists(tmp_path):
    text = (
        "finess;kind;signatory;basis;from;until;intensity;windows;exclusions;excluded_ports;allow_mllp_frame\n"
        f'{FINESS};laboratory;Mme A;convention;2026-01-01;2026-12-31;gentle;"Mon-Fri 22:00-05:00; Sat 00:00-24:00";'
        "127.0.0.1, 127.0.0.2/31 ;22,80;true\n"
    )
    (row,) = read_mandates(table(tmp_path, text))
    assert row.windows == "Mon-Fri 22:00-05:00; Sat 00:00-24:00"
    assert row.exclusions == ("127.0.0.1", "127.0.0.2/31")
    assert row.excluded_ports == ("22", "80")
    assert row.allow_mllp_frame is True


def test_columns_that_are_not_there_are_not_given(tmp_path):
    text = f"until;from;basis;signatory;kind;finess\n2026-12-31;2026-01-01;letter;Mme A;establishment;{FINESS}\n"
    (row,) = read_mandates(table(tmp_path, text))
    assert (row.intensity, row.windows, row.exclusions, row.allow_mllp_frame) == ("", "", (), False)
