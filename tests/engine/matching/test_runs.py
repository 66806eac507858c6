"""All the ranges at once say what `judge` says one by one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Identity
from vigie.engine.matching import Aliases, Configuration, MatchVerdict, Node, Operator, Statement, match
from vigie.engine.matching.runs import (
    Apart,
    RangeTable,
    affecting,
    all_ranges,
    ranges_of,
    runs,
    services_affected,
    weighed,
)

from .statements import ALIASES, any_of, both, cpe

NAMES = [("fortinet", "fortios"), ("nginx", "nginx"), ("f5", "nginx"), ("openbsd", "openssh"), ("valmed", "portal")]
VERSIONS = ["1.0", "1.0.1", "1.2", "2.0", "2.1.10", "2.1.9", "10.0", "7.0.12"]
UNREAD = ["", "9.1R1x", "latest", "é"]

bounds = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(VERSIONS)
        for name in ("start_including", "start_excluding", "end_including", "end_excluding")
    },
)
criteria = st.builds(lambda name, ends: cpe(f"a:{name[0]}:{name[1]}", **ends), st.sampled_from(NAMES), bounds)
statements = st.lists(criteria, min_size=1, max_size=4).map(lambda found: any_of(*found))
seen = st.tuples(st.sampled_from(NAMES), st.sampled_from(VERSIONS + UNREAD)).map(lambda one: (*one[0], one[1]))


@given(st.lists(statements, max_size=6), st.lists(seen, max_size=12))
def test_counting_by_runs_is_counting_one_by_one(catalogue, things):
    plain, apart = all_ranges(catalogue, ALIASES)
    table = RangeTable(plain)
    pairs = table.pairs(things, ALIASES)
    found = runs(pairs, table.bounds)
    told = affecting(pairs, found, len(things))
    assert weighed(pairs, found, np.ones(len(catalogue), np.int64), len(things)).tolist() == told.tolist()
    skipped = {(one.vulnerability, one.product) for one in apart}
    by_vulnerability = np.zeros(len(catalogue), int)
    for place, (vendor, product, version) in enumerate(things):
        if place in pairs.apart:
            assert version in UNREAD
            assert told[place] == 0
            continue
        mine = [
            number
            for number, statement in enumerate(catalogue)
            if (number, ALIASES.canonical(vendor, product)) not in skipped
            and (answer := match(Identity(vendor, product, version), statement, source="nvd", aliases=ALIASES))
            and answer.verdict is MatchVerdict.AFFECTED
        ]
        assert told[place] == len(mine)
        by_vulnerability[mine] += 3
    services = np.full(len(things), 3)
    assert services_affected(pairs, found, services, len(catalogue)).tolist() == by_vulnerability.tolist()


def portal(text="a:valmed:portal", **ends):
    return cpe(text, **(ends or {"end_excluding": "2.0"}))


LINES = (cpe("o:fortinet:fortios", end_excluding="6.4.13"), cpe("o:fortinet:fortios", end_excluding="7.0.12"))
WHOLE_LINE = cpe("a:pulsesecure:pulse_connect_secure", end_excluding="9.1")
BUILD = cpe("a:microsoft:exchange_server", end_excluding="15.2.1118.7")
WINDOWS = Node((cpe("o:microsoft:windows", vulnerable=False),))
NOT = Statement((Configuration((Node((portal(),), Operator.OR, True),)),))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(any_of(*LINES), id="branches"),
        pytest.param(any_of(WHOLE_LINE), id="an-end-that-is-a-whole-line"),
        pytest.param(any_of(cpe("a:valmed:portal:1.0")), id="a-version-by-name"),
        pytest.param(any_of(portal(end_excluding="latest")), id="an-end-that-nobody-reads"),
        pytest.param(any_of(portal(start_including="2.0", end_excluding="1.0")), id="backwards"),
        pytest.param(any_of(BUILD), id="two-ways-to-name-a-version"),
        pytest.param(any_of(portal("a:valmed:portal:*:*:*:*:*:windows", end_excluding="2.0")), id="a-system"),
        pytest.param(both(Node((portal(),)), WINDOWS), id="and"),
        pytest.param(NOT, id="negation"),
        pytest.param(replace(any_of(portal()), partial=True), id="partial"),
    ],
)
def test_what_a_range_alone_does_not_decide_is_judged_apart(statement):
    assert all(isinstance(one, Apart) for one in ranges_of(0, statement, Aliases()))
