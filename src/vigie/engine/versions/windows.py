"""Windows builds: 6.3.9600.20778 < 10.0.17763.5122; 1809 names the line of builds 10.0.17763."""

from dataclasses import replace

from . import dotted, windows_release
from .value import Reading

# As Microsoft lists them (Windows release information). 21H2 and 22H2 name a line of Windows 10 and one of 11.
_LINES = {
    "1507": 10240, "1511": 10586, "1607": 14393, "1703": 15063, "1709": 16299, "1803": 17134, "1809": 17763,
    "1903": 18362, "1909": 18363, "2004": 19041, "2009": 19042, "20h2": 19042, "21h1": 19043, "23h2": 22631,
    "24h2": 26100, "25h2": 26200,
}  # fmt: skip


def read(text: str) -> Reading | None:
    """A release tells its line and no update; one that tells no line compares with releases alone."""
    if line := _LINES.get(text):
        # Without the end that a whole version has: whatever follows is on this line.
        return Reading(dotted.release((10, 0, line))[:-1], (10, 0, line), vague=True)
    if release := windows_release.read(text):
        return replace(release, track="release")
    return dotted.read(text, width=3)
