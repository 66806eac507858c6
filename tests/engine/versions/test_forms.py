"""The forms in which real products write their versions: what a reader does not know, it does not guess."""

from collections import Counter
from pathlib import Path

import pytest

from vigie.engine.versions import compare, parse, scheme_named

PAIRS = [
    line.split("|")
    for line in (Path(__file__).resolve().parents[2] / "truth" / "version_pairs.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_every_pair_stands_as_its_maker_says():
    assert [(*pair, told) for pair in PAIRS if (told := compare(scheme_named(pair[0]), *pair[1:3])) != pair[3]] == []


def test_the_pairs_are_of_every_family():
    assert len(PAIRS) >= 400
    assert len(Counter(pair[0] for pair in PAIRS)) >= 35


def test_each_pair_is_the_same_read_backwards():
    turned = {"<": ">", ">": "<", "=": "=", "?": "?"}
    assert [p for p in PAIRS if compare(scheme_named(p[0]), p[2], p[1]) != turned[p[3]]] == []


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        pytest.param("generic", "beta 2", id="a-word-that-is-no-name"),
        pytest.param("generic", "r2", id="an-edition"),
        pytest.param("exchange_build", "2019 CU99", id="an-update-that-nobody-listed"),
        pytest.param("openssl", "php 1.1.1 or so", id="words-behind"),
        pytest.param("alpine_apk", "1.2_nobody1", id="a-suffix-that-apk-does-not-know"),
    ],
)
def test_what_is_not_known_is_not_read(scheme, text):
    assert parse(scheme, text) is None
