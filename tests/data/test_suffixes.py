import pytest

from vigie.data.suffixes import registered_domain


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        pytest.param("www.chu.valombre.example", "valombre.example", id="below"),
        pytest.param("Ap-HM.fr.", "ap-hm.fr", id="itself"),
        pytest.param("a.b.gouv.fr", "b.gouv.fr", id="below-a-shared-suffix"),
        pytest.param("gouv.fr", None, id="a-shared-suffix"),
        pytest.param("fr", None, id="a-country"),
    ],
)
def test_what_its_owner_registered(name, registered):
    assert registered_domain(name) == registered
