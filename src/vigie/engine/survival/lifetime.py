"""How long was one thing followed, and did what we wait for happen to it?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Lifetime:
    """`seconds` from the start to the event, or to the last moment at which it had not happened."""

    seconds: int
    ended: bool  # False: censored, it lasted at least that long

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"a lifetime of {self.seconds} seconds")
