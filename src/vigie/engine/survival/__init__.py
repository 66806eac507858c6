"""How long until a weakness is mended, when many are not mended yet?"""

from .curve import Curve, Median, Step, Survival
from .kaplan_meier import kaplan_meier, of_counts
from .lifetime import Lifetime
from .rule import FixRule

__all__ = ["Curve", "FixRule", "Lifetime", "Median", "Step", "Survival", "kaplan_meier", "of_counts"]
