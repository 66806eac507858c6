"""What does a web page show that matters here, without keeping it?"""

import hashlib
import html
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlsplit

import re2

from vigie.data.web_pages import kind_of_page
from vigie.engine.facts import HttpFacts
from vigie.engine.facts_of_web import FormTarget

from .answer import text_of as line_of
from .cookies import cookies_of
from .http import HttpAnswer
from .page_text import printable, text_of_page

# re2: linear time, whatever the page holds.
_TITLE = re2.compile(r"(?is)<title[^>]*>([^<]{1,512})")
_PASSWORD = re2.compile(r"""(?i)<input\b[^>]*\btype\s*=\s*["']?password\b""")
# Apache, nginx, lighttpd, Python, Jetty, Tomcat and micro_httpd; then IIS, webfs, Caddy.
_LISTING = re2.compile(
    r"(?i)<(?:title|h1)>\s*(?:index of \.?/|directory listing for (?:/|\[(?:/|&#47;))|directory: /)"
    r"|\[to parent directory\]|<h1>listing:\s*<a href=\"/\"|href=\"(?:\./)?\?sort=namedirfirst&"
)
_ENTRY = re2.compile(r"(?i)<a\b[^>]{0,300}\bhref=")
_PATH = re2.compile(r"""(?i)\b(?:src|href|action)\s*=\s*["']?([^"'\s<>?#;]{1,128})""")
# nginx, Go (Caddy), Apache, Tomcat.
_WANTS_TLS = re2.compile(
    r"(?i)plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server"
    r"|speaking plain HTTP to an SSL-enabled server port|combination of host and port requires TLS"
)
MAX_PATHS = 100
# Tomcat signs in a title of the third rank.
_SIGNATURE = re2.compile(r"(?i)<h3>([^<]{1,200})</h3>")
_ACTION = re2.compile(r"""(?i)^<form\b[^>]*\baction\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s>"']{1,500}))""")


def page_facts(
    answer: HttpAnswer,
    location: str | None,
    earlier: Iterable[tuple[str, str]] = (),
    *,
    host: str = "",
    is_tls: bool = False,
) -> HttpFacts:
    """The facts of an answer. `location` is where the last redirection led, `earlier` the headers that came before."""
    text = text_of(answer)
    title = _TITLE.search(text)
    shown = printable(html.unescape(title.group(1)))[:200] or None if title else None
    cookies = cookies_of((*earlier, *answer.headers))
    server = answer.header("server")
    password = _PASSWORD.search(text)
    return HttpFacts(
        status=answer.status,
        server=line_of(server.encode("latin-1", "replace")) if server else None,
        title=shown,
        location=location,
        headers=tuple((k, v) for k, v in answer.headers if k != "set-cookie"),
        cookies=tuple(cookie.name for cookie in cookies),
        has_password_field=password is not None,
        is_listing=answer.status == 200 and entries_of(text) is not None,
        body_length=answer.body_length,
        body_sha256=hashlib.sha256(answer.body).hexdigest(),
        version=answer.version or "1.1",
        cookie_flags=cookies,
        login_to=form_target(text[: password.start()], host, is_tls=is_tls) if password else None,
        page=kind_of_page(shown or ""),
    )


def text_of(answer: HttpAnswer) -> str:
    """The page as text, in the letters that it is written in."""
    return text_of_page(answer.body, answer.header("content-type"))


def form_target(before: str, host: str, *, is_tls: bool) -> FormTarget:
    """Where the form that is open at the end of this text is sent; to its own page when it says nothing."""
    opened = before[before.lower().rfind("<form") :] if "<form" in before.lower() else ""
    action = _ACTION.search(opened[:2000])
    try:
        url = urlsplit(html.unescape(next(filter(None, action.groups()), "")).strip() if action else "")
        scheme = url.scheme.lower() or ("https" if is_tls else "http")
        itself = not url.netloc or url.hostname == urlsplit(f"//{host}").hostname
    except ValueError:
        return FormTarget.ITSELF
    if scheme == "http" and (is_tls or not itself):
        return FormTarget.IN_CLEAR
    return FormTarget.ITSELF if itself else FormTarget.ELSEWHERE


def entries_of(text: str) -> int | None:
    """How many entries a list of files shows; None when the page is not one."""
    return sum(1 for _ in _ENTRY.finditer(text)) if _LISTING.search(text) else None


def wants_tls(answer: HttpAnswer) -> bool:
    """Whether the server says that it was asked in clear where it speaks TLS."""
    return answer.status == 400 and bool(_WANTS_TLS.search(text_of(answer)))


def signature_of(answer: HttpAnswer) -> str | None:
    """How the server signs an error or a list of files, last; None under what may be anyone's page."""
    text = text_of(answer)
    if answer.status < 400 and not _LISTING.search(text):
        return None
    found = [match.group(1) for match in _SIGNATURE.finditer(text)]
    return html.unescape(found[-1]).strip() if found else None


def paths_of(answer: HttpAnswer) -> tuple[str, ...]:
    """What the page loads, links or sends to, without what follows a question mark: it may name a person."""
    found = (match.group(1) for match in _PATH.finditer(text_of(answer)))
    return tuple(dict.fromkeys(islice(found, MAX_PATHS)))


def own_path(location: str, host: str, *, is_tls: bool) -> str | None:
    """The path that a redirection leads to on this very server, None when it leaves it."""
    if any(ord(c) < 33 or ord(c) > 126 for c in location):
        return None
    try:
        url = urlsplit(location)
        port = url.port or {"https": 443, "http": 80}.get(url.scheme)
        ours = urlsplit(f"//{host}")
        our_port = ours.port or (443 if is_tls else 80)
    except ValueError:
        return None
    if url.scheme and (url.scheme != ("https" if is_tls else "http") or port != our_port):
        return None
    if url.netloc and (url.hostname != ours.hostname or (url.port or our_port) != our_port):
        return None
    path = url.path or "/"
    if not path.startswith("/"):
        path = "/" + path
    return path + (f"?{url.query}" if url.query else "")
