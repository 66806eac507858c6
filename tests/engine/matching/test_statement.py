from hypothesis import given
from hypothesis import strategies as st

from tests.engine.matching.statements import any_of, both, cpe, platform
from vigie.apps.vulns.enums import MatchVerdict as StoredVerdict
from vigie.engine.matching import (
    Configuration,
    Criterion,
    MatchVerdict,
    Node,
    Operator,
    PackageFix,
    Statement,
    digest,
    from_plain,
    to_plain,
)

words = st.text(alphabet="abcdefgh.*-_0123456789", max_size=8)
criteria = st.builds(
    Criterion,
    words,
    words,
    st.booleans(),
    st.sampled_from("aoh"),
    words,
    words,
    start_including=st.none() | words,
    end_excluding=st.none() | words,
)
nodes = st.builds(Node, st.lists(criteria, max_size=3).map(tuple), st.sampled_from(Operator), st.booleans())
statements = st.builds(
    Statement,
    st.lists(
        st.builds(Configuration, st.lists(nodes, max_size=2).map(tuple), st.sampled_from(Operator)), max_size=2
    ).map(tuple),
    st.lists(st.builds(PackageFix, words, words, words, st.none() | words), max_size=2).map(tuple),
)


@given(statements)
def test_a_statement_is_read_back_as_it_was_written(statement):
    again = from_plain(to_plain(statement))
    assert again == statement
    assert digest(again) == digest(statement)


def test_what_has_its_default_is_not_written():
    assert to_plain(any_of(cpe("a:exim:exim:4.89"))) == {
        "configurations": [{"nodes": [{"criteria": [{"vendor": "exim", "product": "exim", "version": "4.89"}]}]}]
    }


def test_platforms_are_not_among_the_products():
    statement = both(Node((cpe("a:php:php:*"),)), Node((platform("o:microsoft:windows:-"),)))
    assert statement.products == {("php", "php")}


def test_the_database_and_the_engine_have_the_same_verdicts():
    assert {verdict.value for verdict in MatchVerdict} == set(StoredVerdict.values)
