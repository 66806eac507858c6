"""Under which name is a file shown that somebody sent?"""

LONGEST = 120
RESERVED = frozenset('"<>|:*?')  # of the systems on which it may be saved


def shown_file_name(name: str, *, otherwise: str) -> str:
    """Return the last part of a name, to show and to save under, never a path; `otherwise` when nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() and c not in RESERVED else "_" for c in last)[:LONGEST] or otherwise
