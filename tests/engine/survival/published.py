"""Data that the textbooks print, with their answers. A trailing + is a censored age."""

from vigie.engine.survival import Lifetime

# Freireich and others, 1963: weeks in remission of 42 children with leukaemia, on 6-MP or on a placebo. The estimates
# and their errors are those of Klein and Moeschberger, Survival Analysis, table 4.1.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
# Embury and others, 1977: weeks in remission of acute myelogenous leukaemia (Miller, Survival Analysis, 1981).
MAINTAINED = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
NOT_MAINTAINED = "5 5 8 8 12 16+ 23 27 30 33 43 45"


def lifetimes(ages: str) -> list[Lifetime]:
    return [Lifetime(int(age.rstrip("+")), not age.endswith("+")) for age in ages.split()]
