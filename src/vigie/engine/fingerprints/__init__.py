"""From what a service says to the product that it is."""

from .banner import texts_of_banner
from .matcher import Matcher, texts_of
from .rule import FollowUp, Layer, Rule

__all__ = ["FollowUp", "Layer", "Matcher", "Rule", "texts_of", "texts_of_banner"]
