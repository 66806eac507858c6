"""What is the exposure of a group or a territory, from that of its members?

The mean of the lows and the mean of the highs over all members in scope, each member counting once whatever its
size; a member never looked at counts as [0, 100]. The coverage is the share of members whose own level is
established, so a group shows a letter only when enough of its members do.
"""

from collections import Counter

from .inputs import Member, members_sha256
from .method import Method
from .trace import GroupTrace, Result

LOWEST = 10


def grouped(members: tuple[Member, ...], method: Method) -> Result:
    """An empty group is [0, 100], not established: nothing is known of nobody."""
    counted = tuple(member if member.looked_at else _unseen(member) for member in members)
    sum_low = sum(member.low for member in counted)
    sum_high = sum(member.high for member in counted)
    number = len(counted)
    # Low rounds down and high rounds up: rounding never narrows what is not known.
    low = sum_low // number if number else 0
    high = -(-sum_high // number) if number else 100
    letters = Counter(member.letter for member in counted)
    established = number - letters[""]
    return Result(
        low=low,
        high=high,
        letter=method.letter(low, established, number),
        known=established,
        total=number,
        method=method.slug,
        inputs_sha256=members_sha256(method.slug, members),
        trace=GroupTrace(
            members=number,
            established=established,
            never_looked_at=sum(not member.looked_at for member in counted),
            letters=tuple((letter, letters[letter]) for letter in (*(b[0] for b in method.bounds), "")),
            sum_low=sum_low,
            sum_high=sum_high,
            lowest=tuple(m.id for m in sorted(counted, key=lambda m: (m.low, m.high, m.id))[:LOWEST]),
        ),
    )


def _unseen(member: Member) -> Member:
    return Member(member.id, 0, 100, "", looked_at=False)
