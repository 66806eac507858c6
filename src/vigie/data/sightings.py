"""Which of our checks judges what another tool calls by its own identifier?"""

from functools import cache

from .documents import DocumentError, read

HEADS = {"reference", "valid_from"}


@cache
def checks_by_tool() -> dict[str, dict[str, str]]:
    """tool -> its identifier -> the slug of our check. Raises DocumentError."""
    raw = read("sightings")
    if HEADS - set(raw):
        raise DocumentError("vigie/data/sightings.yaml: a reference and a date are missing")
    return {tool: {str(name): str(slug) for name, slug in raw[tool].items()} for tool in raw if tool not in HEADS}


def check_of(tool: str, identifier: str) -> str | None:
    """None when no check of ours judges it."""
    return checks_by_tool().get(tool, {}).get(identifier)
