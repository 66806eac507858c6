"""Which ports are asked, and what is each likely to be?"""

from functools import cache

from .care import care_rule
from .documents import DocumentError, read


def default_ports() -> tuple[int, ...]:
    """What is asked of an address when nobody says otherwise."""
    return tuple(read("params/ports")["default"])


@cache
def _hints() -> dict[int, str]:
    try:
        return {int(port): hint for hint, ports in read("params/ports")["hints"].items() for port in ports}
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(f"vigie/data/params/ports.yaml: {error}") from error


def ports_hinted(hint: str) -> tuple[int, ...]:
    """The ports whose number suggests that question, in order."""
    return tuple(sorted(port for port, own in _hints().items() if own == hint))


def hint_of(port: int) -> str | None:
    """The question to ask first, None when the number suggests nothing; "untouched" where none may be asked."""
    return "untouched" if port in care_rule().off_by_default else _hints().get(port)
