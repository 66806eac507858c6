"""What of a tool's output may be kept: cut to a length, without what opens a door?"""

import re

MOST_EVIDENCE = 2_000

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[ \t]+\n")
_REMOVED = "[removed]"

# A plug-in whose very subject is a credential prints the credential.
_ABOUT_SECRETS = re.compile(
    r"credential|passw(or)?d|passphrase|default[ _-]?(account|login)|brute|communit(y|ies)[ _-](name|string)"
    r"|snmp[ _-].*communit|hash(es)?[ _-]?dump|dump[ _-]?hash|\bcreds?\b|secret|token|private[ _-]?key|api[ _-]?key"
    r"|access[ _-]?key|log ?in possible",
    re.IGNORECASE,
)

# Words of which one must be there, in lower case, for the pattern to be worth trying; what it finds; what stays.
_PATTERNS = (
    (
        ("private key",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        _REMOVED,
    ),
    (("@",), re.compile(r"(://)[^/\s@]{1,200}@"), rf"\1{_REMOVED}@"),
    (
        ("pass", "pwd", "secret", "token", "key", "communit", "authorization", "cookie", "credential", "log", "user"),
        re.compile(
            r"(?i)((?:passw(?:or)?d|passphrase|\bpass|pwd|secret|token|api[ _-]?key|access[ _-]?key"
            r"|communit(?:y|ies)(?: name| string)?|authorization|cookie|credentials?|log ?in|user ?name|\buser)"
            r"[\w-]{0,20}[\"']?\s{0,8}[:=]\s{0,8})[^\s&][^\r\n&]{0,500}"
        ),
        rf"\1{_REMOVED}",
    ),
    (
        ("basic ", "bearer ", "digest "),
        re.compile(r"(?i)\b(basic|bearer|digest)\s+[a-z0-9+/=._~-]{8,}"),
        rf"\1 {_REMOVED}",
    ),
    (("eyj",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?"), _REMOVED),
    (
        ("akia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox"),
        re.compile(r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,})"),
        _REMOVED,
    ),
    (("$",), re.compile(r"\$(1|2[aby]?|5|6|y|apr1)\$[./A-Za-z0-9$=,]{8,}"), _REMOVED),
    ((":",), re.compile(r"(?i)\b[0-9a-f]{32}:[0-9a-f]{32}\b"), _REMOVED),
)


def clean(text: str, most: int) -> str:
    """Without signs that a database or a terminal refuses; cut with an ellipsis."""
    if len(text) > most * 2:
        text = text[: most * 2]
    if not text.isprintable():
        text = _BLANKS.sub("\n", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = text.strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def tells_secrets(identifier: str, title: str) -> bool:
    """Whether the subject of a plug-in is a credential, so that all of its output is suspect."""
    return _ABOUT_SECRETS.search(identifier) is not None or _ABOUT_SECRETS.search(title) is not None


def harmless(text: str) -> str:
    """Without what looks like a credential, and at most MOST_EVIDENCE characters long."""
    lower = text.lower()
    for signs, pattern, instead in _PATTERNS:
        if any(sign in lower for sign in signs):
            text = pattern.sub(instead, text)
    return text if len(text) <= MOST_EVIDENCE else f"{text[: MOST_EVIDENCE - 1]}…"


def place_of(url: str) -> str:
    """A URL without its user, query and fragment, which may carry a session or a token."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return re.split(r"[?#]", url, maxsplit=1)[0]
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
