"""From what a service says to the product that it is."""

from .matcher import Matcher, texts_of
from .rule import FollowUp, Layer, Rule

__all__ = ["FollowUp", "Layer", "Matcher", "Rule", "texts_of"]
