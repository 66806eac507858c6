"""One question a line in, one answer a line out, however long or broken a line is."""

import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

import msgspec

Question = TypeVar("Question")

LONGEST = 1 << 20  # bytes of one line; a question has some hundreds


class BadLine(Exception):
    """This line is no question; the message says why."""


def read(line: bytes, question: type[Question]) -> Question:
    """Read one line as a question; raise BadLine."""
    if len(line) > LONGEST:
        raise BadLine(f"more than {LONGEST} bytes")
    try:
        return msgspec.json.decode(line.strip().removeprefix(b"\xef\xbb\xbf"), type=question)
    except msgspec.ValidationError as error:
        raise BadLine(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from error


def converse(answer: Callable[[bytes], str], *, questions: BinaryIO | None = None) -> None:
    """Answer each line of stdin as it comes; whoever asks may wait for each answer before the next question."""
    stream = questions or sys.stdin.buffer
    while line := stream.readline(LONGEST + 1):
        if len(line) > LONGEST and not line.endswith(b"\n"):
            _skip(stream)
        print(answer(line), flush=True)  # noqa: T201


def _skip(stream: BinaryIO) -> None:
    """Read to the end of a line that is too long, without keeping it."""
    while (more := stream.readline(LONGEST)) and not more.endswith(b"\n"):
        continue
