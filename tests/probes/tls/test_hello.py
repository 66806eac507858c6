import pytest

from vigie.engine.cipher_suites import FAULTS, SOUND, SUITES
from vigie.probes.tls.hello import SSL3, TLS10, TLS11, TLS12, Offer, hello
from vigie.probes.tls.survey import OLD_SUITES

from .old_server import read_hello

NAME, RENEGOTIATION = "www.valombre.example", 0x00FF


@pytest.mark.parametrize("version", [SSL3, TLS10, TLS11, TLS12])
@pytest.mark.parametrize("suites", [SOUND, tuple(FAULTS), OLD_SUITES, tuple(SUITES)], ids=len)
@pytest.mark.parametrize("name", [None, NAME])
def test_a_hello_offers_what_was_asked_and_nothing_else(version, suites, name):
    asked = read_hello(hello(Offer(version, suites), name))
    assert (asked.version, asked.suites) == (version, (*suites, RENEGOTIATION))
    assert asked.name == (name if version > SSL3 else None)
    assert bool(asked.extensions) is (version > SSL3)
    assert (13 in asked.extensions) is (version == TLS12)


@pytest.mark.parametrize("count", range(1, len(SUITES)))
def test_no_hello_is_of_a_length_that_some_balancers_hang_on(count):
    size = len(hello(Offer(TLS12, tuple(SUITES)[:count]), "w" * 60 + ".example")) - 5
    assert not 256 <= size < 512


def test_two_hellos_are_never_the_same():
    offer = Offer(TLS12)
    assert hello(offer, NAME) != hello(offer, NAME)
