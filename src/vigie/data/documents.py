"""Read the documents that ship with the package: dated parameters, fingerprints, texts, catalogue."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


class DocumentError(Exception):
    """A document of the package is not of its form: which file, and what is wrong."""


def names(folder: str) -> list[str]:
    """The documents of one folder of vigie/data, without their ending, sorted."""
    entries = files("vigie.data").joinpath(folder).iterdir()
    return sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml"))


@cache
def read(path: str) -> Any:
    """The parsed YAML of vigie/data/<path>.yaml; callers turn it into typed values and never change it."""
    try:
        return yaml.load(files("vigie.data").joinpath(f"{path}.yaml").read_bytes(), Loader=_LOADER)  # noqa: S506 -- safe
    except (OSError, yaml.YAMLError) as error:
        raise DocumentError(f"vigie/data/{path}.yaml: {error}") from error


# The C loader is ten times faster; both build plain values only.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
