"""Does this site serve what must not be served: its history, its settings, its backups, its logs?"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from vigie.data.web_paths import LISTING, WebPath, web_paths
from vigie.engine.facts import Facts, Identity, RawAnswer
from vigie.engine.facts_of_web import Exposure, ExposureKind, NotFound, SiteFacts

from .answer import kept
from .errors import NotPermitted, ProbeError, Stopped
from .http import Headers, HttpAnswer, HttpConversation
from .page import entries_of, text_of
from .scope import Permit, Refusal
from .spared import recognised

ALL_KINDS = tuple(ExposureKind)
_AS_PAGES = frozenset(
    {ExposureKind.STATUS, ExposureKind.LISTING}
)  # known by their title; the others by their beginning
_HEAD_IS_NOT_SERVED = frozenset({400, 405, 501})
_LEFT_ALONE = frozenset({429, 503})
_MOST_DOUBTFUL_FIRST = (None, NotFound.A_PAGE, NotFound.LEADS_AWAY, NotFound.OTHERWISE, NotFound.SAYS_SO)


class _Ended(Exception):
    """Nothing more is asked of this site."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SitePaths:
    """One round over the paths of one site, request after request. `turn` waits until one more may leave."""

    def __init__(
        self, conversation: HttpConversation, turn: Callable[[], Awaitable[None]], *, name: str, is_tls: bool
    ) -> None:
        self._conversation = conversation
        self._turn = turn
        self._is_tls = is_tls
        self._list = web_paths()
        self._words = {"name": name, "label": label_of(name)}
        self._not_found: NotFound | None = None
        self._serves_head = True
        self._requests = self._failures = 0
        self._found: list[Exposure] = []
        self._untold: dict[ExposureKind, None] = {}
        self._security_txt: bool | None = None
        self.raw: list[RawAnswer] = []

    async def look(self) -> SiteFacts:
        """What was found; what could not be judged is told, with why. Raises NotPermitted or Stopped only."""
        left = list(self._list.paths)
        reason = ""
        try:
            await self._learn_not_found()
            if self._not_found in {NotFound.TO_TLS, NotFound.SIGN_IN}:
                left.clear()
            else:
                await self._ask_security_txt()
            while left:
                await self._one(left[0])
                left.pop(0)
        except _Ended as end:
            reason = end.reason
            self._untold |= dict.fromkeys(path.kind for path in left)
        if self._untold and not reason:
            reason = "a path did not answer as it should"
        untold = tuple(kind for kind in ALL_KINDS if kind in self._untold)
        return SiteFacts(self._not_found, self._requests, tuple(self._found), untold, reason, self._security_txt)

    async def _learn_not_found(self) -> None:
        """Two names that nobody can have given to a page tell how the site says that it has none."""
        told = []
        for path in (plain_name(), file_name()):
            answer = await self._ask(path)
            if answer is None:
                raise _Ended("the site did not answer a name made up")
            self.raw.append(kept("web-control", answer.asked, answer.head))
            told.append(how_not_found(answer, self._conversation.host, is_tls=self._is_tls))
        if told[0] is told[1]:
            self._not_found = told[0]
        else:
            self._not_found = next((one for one in _MOST_DOUBTFUL_FIRST if one in told), None)
        if self._not_found is None:
            raise _Ended("the site refuses whatever it is asked")

    async def _ask_security_txt(self) -> None:
        answer = await self._ask(self._list.security_txt)
        if answer is not None and answer.status < 500:
            text = answer.body[: self._list.bytes_read]
            self._security_txt = answer.status == 200 and self._list.bears(self._list.security_txt_mark, text)

    async def _one(self, path: WebPath) -> None:
        """Judge one path; what did not answer leaves its kind untold."""
        asked = path.path.format_map(self._words)
        announced = None
        if path.kind is ExposureKind.BACKUP and self._serves_head and self._not_found is not NotFound.A_PAGE:
            head = await self._ask(asked, method="HEAD")
            if head is None:
                self._untold[path.kind] = None
                return
            self._serves_head = head.status not in _HEAD_IS_NOT_SERVED
            if self._serves_head and not self._may_be_a_file(path, head):
                return
            announced = head.body_length if head.header("content-length") else None
        answer = await self._ask(asked, judged=self._judged(path))
        if answer is None or answer.status >= 500:
            self._untold[path.kind] = None
        elif self._bears(path, answer) and not await self._answers_anything(path, asked):
            self._keep(path, asked, answer, announced)

    def _may_be_a_file(self, path: WebPath, head: HttpAnswer) -> bool:
        if head.status >= 500:
            self._untold[path.kind] = None
            return False
        return head.status in {200, 206} and "html" not in (head.header("content-type") or "").lower()

    async def _answers_anything(self, path: WebPath, asked: str) -> bool:
        """Whether a name made up beside this one answers alike: then it proves nothing."""
        other = await self._ask(beside(asked), judged=self._judged(path))
        if other is None:
            self._untold[path.kind] = None
        return other is None or self._bears(path, other)

    def _judged(self, path: WebPath) -> int | None:
        """How many bytes of a file are asked for; None of a page, which is read whole or nearly."""
        if path.kind in _AS_PAGES:
            return None
        return self._list.backup_bytes if path.kind is ExposureKind.BACKUP else self._list.bytes_judged

    def _bears(self, path: WebPath, answer: HttpAnswer) -> bool:
        if answer.status not in {200, 206}:
            return False
        if path.mark == LISTING:
            return entries_of(text_of(answer)) is not None
        return self._list.bears(path.mark, answer.body[: self._judged(path) or self._list.bytes_read])

    def _keep(self, path: WebPath, asked: str, answer: HttpAnswer, announced: int | None) -> None:
        most = self._list.backup_bytes if path.kind is ExposureKind.BACKUP else self._list.bytes_judged
        length = announced if announced is not None else whole_length(answer)
        count = entries_of(text_of(answer)) if path.mark == LISTING else None
        digest = hashlib.sha256(answer.body[:most]).hexdigest()
        self._found.append(Exposure(path.kind, asked, answer.status, length, digest, path.mark, count))
        self.raw.append(kept("web-path", answer.asked, answer.head))

    async def _ask(self, path: str, *, method: str = "GET", judged: int | None = None) -> HttpAnswer | None:
        """One request, counted; None when nothing came. `judged` bytes are asked for, the whole when it is None."""
        if self._requests >= self._list.most_requests:
            raise _Ended("the site takes more requests than one look may send")
        await self._turn()
        self._requests += 1
        headers: Headers = (("Range", f"bytes=0-{judged - 1}"),) if judged else ()
        limit = self._list.backup_bytes if judged == self._list.backup_bytes else self._list.bytes_read
        try:
            answer = await self._conversation.get(path, headers, limit, method=method)
        except (NotPermitted, Stopped):
            raise
        except ProbeError as error:
            self._conversation.close()
            self._failures += 1
            if self._failures >= self._list.most_failures:
                raise _Ended(error.reason) from error
            return None
        if answer.status in _LEFT_ALONE:
            raise _Ended("the site asks to be left alone")
        return answer


def why_not(permit: Permit | Refusal, seen: Facts, address: str, identities: Sequence[Identity]) -> str:
    """Why the paths of this site are not asked; "" when they are."""
    if isinstance(permit, Refusal):
        return permit.reason
    if permit.intensity.value not in web_paths().intensities:
        return "the mandate asks for a gentle look"
    if seen.fhir is not None or seen.database is not None:
        return "not a site: its paths are not asked"
    if recognised(address, identities) or any(identity.product.endswith("_firmware") for identity in identities):
        return "equipment that may be fragile: its paths are not asked"
    if seen.http is None or seen.http.status >= 500:
        return "the server is not available"
    return ""


def how_not_found(answer: HttpAnswer, host: str, *, is_tls: bool) -> NotFound | None:
    """What a name made up got; None when it is a refusal that may be meant for us alone."""
    status = answer.status
    if status in {404, 410}:
        return NotFound.SAYS_SO
    if status in {401, 407}:
        return NotFound.SIGN_IN
    if status == 403 or status >= 500:
        return None
    if 300 <= status < 400:
        return NotFound.TO_TLS if not is_tls and _is_itself_over_tls(answer, host) else NotFound.LEADS_AWAY
    return NotFound.A_PAGE if status < 300 else NotFound.OTHERWISE


def plain_name() -> str:
    """A name made up, as of a page."""
    return f"/{secrets.token_hex(8)}"


def file_name() -> str:
    """A name made up, as of a file in a folder."""
    return f"/{secrets.token_hex(4)}/{secrets.token_hex(6)}.txt"


def label_of(name: str) -> str:
    """The part of a host name that its owner would name a file after: chu-exemple for www.chu-exemple.fr."""
    labels = [label for label in name.lower().rstrip(".").split(".") if label != "www"]
    return labels[-2] if len(labels) > 1 and not name.replace(".", "").isdigit() else "www"


def beside(path: str) -> str:
    """A name made up, in the same folder and of the same form."""
    folder, _, name = path.removesuffix("/").rpartition("/")
    dot, stem = ("." if name.startswith(".") else ""), name.lstrip(".")
    extension = "." + stem.partition(".")[2] if "." in stem else ""
    return f"{folder}/{dot}{secrets.token_hex(6)}{extension}" + ("/" if path.endswith("/") else "")


def whole_length(answer: HttpAnswer) -> int | None:
    """As announced, of the whole file where a part of it was sent."""
    told = (answer.header("content-range") or "").rpartition("/")[2] if answer.status == 206 else None
    told = told if told is not None else answer.header("content-length") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None


def _is_itself_over_tls(answer: HttpAnswer, host: str) -> bool:
    try:
        url, own = urlsplit(answer.header("location") or ""), urlsplit(f"//{host}")
        return url.scheme == "https" and url.hostname == own.hostname and url.path == answer.path
    except ValueError:
        return False
