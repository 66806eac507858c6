from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Identity
from vigie.engine.matching import Configuration, Criterion, Node, Operator, Statement, match

KNOWN = ["1.0", "7.0.12", "9.1R11.4", "13.0-47.24", "9.2p1", "2016", "-", "*"]
versions = st.none() | st.text(max_size=12) | st.sampled_from(KNOWN)
names = st.sampled_from([("fortinet", "fortios"), ("citrix", "gateway"), ("openbsd", "openssh"), ("valmed", "portal")])


def criterion(name, vulnerable, part, version, update, start, end):
    bounds = {"start_including": start, "end_excluding": end}
    return Criterion(*name, vulnerable, part, version or "*", update or "*", **bounds)


def statements(negations):
    criteria = st.builds(
        criterion, names, st.booleans(), st.sampled_from("aoh"), versions, versions, versions, versions
    )
    operators = st.sampled_from(Operator)
    nodes = st.builds(Node, st.lists(criteria, max_size=4).map(tuple), operators, negations)
    parts = st.builds(Configuration, st.lists(nodes, max_size=3).map(tuple), operators, negations)
    return st.builds(Statement, st.lists(parts, max_size=3).map(tuple))


@given(statements(st.booleans()), names, versions, versions)
def test_no_statement_makes_it_crash_and_only_named_products_get_an_answer(statement, name, version, update):
    answer = match(Identity(*name, version, update), statement, source="nvd")
    assert (answer is None) == (name not in statement.products)


@given(statements(st.just(False)), names)
def test_without_a_version_nobody_is_accused(statement, name):
    answer = match(Identity(*name, None), statement, source="nvd")
    assert answer is None or answer.verdict in {"unknown", "not_affected"}
