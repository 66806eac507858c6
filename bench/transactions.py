"""How long does the longest write transaction hold the others back?"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def longest_transaction(clock: Callable[[], float] = time.perf_counter) -> Iterator[Callable[[], float]]:
    """Give a function that tells, in seconds of that clock, the longest transaction since.

    With `time.process_time`, what it asks of the processor: what a busy machine does not change.
    """
    from django.db import transaction

    longest = 0.0
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began: list[float] = []

    def timed_enter(self: transaction.Atomic) -> None:
        enter(self)
        began.append(clock())

    def timed_exit(self: transaction.Atomic, *arguments: object) -> None:
        nonlocal longest
        leave(self, *arguments)
        longest = max(longest, clock() - began.pop())

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = timed_enter, timed_exit  # type: ignore[method-assign]
    try:
        yield lambda: longest
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]
