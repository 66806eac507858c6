"""What does a web page show that matters here, without keeping it?"""

import hashlib
import html
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlsplit

import re2

from vigie.engine.facts import HttpFacts

from .answer import text_of
from .http import HttpAnswer

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
_COOKIE_NAME = re2.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")


def page_facts(answer: HttpAnswer, location: str | None, earlier: Iterable[tuple[str, str]] = ()) -> HttpFacts:
    """The facts of an answer. `location` is where the last redirection led, `earlier` the headers that came before."""
    text = text_of_page(answer.body)
    title = _TITLE.search(text)
    cookies = (value.partition("=")[0].strip() for key, value in (*earlier, *answer.headers) if key == "set-cookie")
    server = answer.header("server")
    return HttpFacts(
        status=answer.status,
        server=text_of(server.encode("latin-1", "replace")) if server else None,
        title=" ".join(html.unescape(title.group(1)).split())[:200] or None if title else None,
        location=location,
        headers=tuple((k, v) for k, v in answer.headers if k != "set-cookie"),
        cookies=tuple(dict.fromkeys(c for c in cookies if _COOKIE_NAME.match(c))),
        has_password_field=bool(_PASSWORD.search(text)),
        is_listing=answer.status == 200 and entries_of(text) is not None,
        body_length=answer.body_length,
        body_sha256=hashlib.sha256(answer.body).hexdigest(),
    )


def entries_of(text: str) -> int | None:
    """How many entries a list of files shows; None when the page is not one."""
    return sum(1 for _ in _ENTRY.finditer(text)) if _LISTING.search(text) else None


def wants_tls(answer: HttpAnswer) -> bool:
    """Whether the server says that it was asked in clear where it speaks TLS."""
    return answer.status == 400 and bool(_WANTS_TLS.search(text_of_page(answer.body)))


def signature_of(answer: HttpAnswer) -> str | None:
    """How the server signs an error or a list of files, last; None under what may be anyone's page."""
    text = text_of_page(answer.body)
    if answer.status < 400 and not _LISTING.search(text):
        return None
    found = [match.group(1) for match in _SIGNATURE.finditer(text)]
    return html.unescape(found[-1]).strip() if found else None


def paths_of(answer: HttpAnswer) -> tuple[str, ...]:
    """What the page loads, links or sends to, without what follows a question mark: it may name a person."""
    found = (match.group(1) for match in _PATH.finditer(text_of_page(answer.body)))
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


def text_of_page(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")
