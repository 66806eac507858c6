import pytest

from vigie.engine.matching import BadRange, describe, statement_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("fortinet:fortios >=7.0.0,<7.0.13", ["fortinet:fortios >=7.0.0,<7.0.13"], id="two-bounds"),
        pytest.param(
            "Fortinet:FortiOS >= 7.0.0 <7.0.13", ["fortinet:fortios >=7.0.0,<7.0.13"], id="capitals-and-blanks"
        ),
        pytest.param("php:php <8.1.29; >=8.2,<8.2.20", ["php:php <8.1.29", "php:php >=8.2,<8.2.20"], id="two-ranges"),
        pytest.param("vsftpd:vsftpd =2.3.4", ["vsftpd:vsftpd 2.3.4"], id="one-version"),
        pytest.param("valmed:portal *", ["valmed:portal any version"], id="everything"),
    ],
)
def test_a_range_is_read_as_it_is_written_in_an_advisory(text, expected):
    (configuration,) = statement_of(text).configurations
    assert [describe(criterion) for criterion in configuration.nodes[0].criteria] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fortios <7.0.13",
        "fortinet:fortios",
        "fortinet:fortios 7.0.13",
        "fortinet: <7",
        "a:b <1,<2",
        "a:b <1;",
        "a:b 1 to 2",
    ],
)
def test_what_is_no_range_is_refused(text):
    with pytest.raises(BadRange):
        statement_of(text)
