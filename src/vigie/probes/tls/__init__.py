"""TLS: the handshake that a conversation begins with, and the questions that only hand-made hellos can ask."""

from .certificate import name_matches, read_certificate, read_staple
from .flight import MAX_CHAIN, Flight, FlightReader
from .handshake import chain_of, context, facts_of
from .hello import Offer, hello
from .survey import Survey, ask_hello, facts_of_flight

__all__ = [
    "MAX_CHAIN",
    "Flight",
    "FlightReader",
    "Offer",
    "Survey",
    "ask_hello",
    "chain_of",
    "context",
    "facts_of",
    "facts_of_flight",
    "hello",
    "name_matches",
    "read_certificate",
    "read_staple",
]
