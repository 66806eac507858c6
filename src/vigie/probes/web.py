"""What does this port show as a web server, in clear or under TLS?"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from vigie.data.rules import follow_ups, matcher
from vigie.engine.facts import Answer, Facts, FhirFacts, HttpFacts, Identity, RawAnswer
from vigie.engine.facts_of_tls import TlsFacts
from vigie.engine.facts_of_web import DicomWebFacts, SiteFacts
from vigie.engine.fingerprints import texts_of

from . import dicom, dicomweb, fhir, http, icon, site_paths, tls
from .answer import Found, kept
from .connection import Connection
from .databases import front_page
from .errors import CertificateWanted, Closed, Garbled, NotPermitted, ProbeError, Stopped, WantsTls
from .page import own_path, page_facts, paths_of, signature_of, wants_tls

if TYPE_CHECKING:
    from .identify import Interview

MAX_REDIRECTIONS = 3
WEB, OLDER = ("h2", "http/1.1"), ("http/1.1",)  # as ALPN names them (RFC 7301 6, RFC 9113 3.2)
NOT_WEB = frozenset({"greets-over-tls", "dicom", "dicom-over-tls"})
NOT_THAT_APPLICATION = "application_protocol"  # of the alert of RFC 7301 3.2
MAX_TOLD = 4096  # of the answer to a follow-up, enough for a version


class Visit:
    """One visit of one port under one name: TLS, the front page, and the few paths that tell a version."""

    def __init__(self, interview: "Interview", *, is_tls: bool) -> None:
        self.interview = interview
        self.is_tls = is_tls
        self.heard = b""
        self.identities: tuple[Identity, ...] = ()
        self.raw: list[RawAnswer] = []
        self.tls: TlsFacts | None = None
        self.asked_further = False
        # Some servers of other protocols leave whoever names an application that is not theirs.
        self.applications: tuple[str, ...] = (
            WEB if interview.hint not in {"greets-over-tls", "dicom", "dicom-over-tls"} else ()
        )
        ask = interview.question
        self.host = http.host_header(ask.name or ask.address, ask.port, is_tls=is_tls)

    async def look(self) -> Found | None:
        """The service found; None or a ProbeError when it is not one."""
        times = self.interview.times
        try:
            connection = await self._open()
        except Garbled:
            if (old := await self._of_another_age()) is None:
                raise
            return old
        if self.is_tls and self.interview.hint == "greets-over-tls" and not self.interview.question.hint:
            return await self._greeting(connection)
        if self.is_tls and self.interview.hint in {"dicom", "dicom-over-tls"}:
            return await self._dicom(connection)
        conversation = http.HttpConversation(
            self._open,
            host=self.host,
            user_agent=self.interview.settings.user_agent,
            first=self.interview.first,
            total=times.conversation,
            connection=connection,
        )
        async with conversation:
            try:
                facts, answer = await self._front_page_in_either(conversation)
            except ProbeError as error:
                self.heard = connection.heard if not self.is_tls else b""
                if not self.is_tls or isinstance(error, (NotPermitted, Stopped)):
                    raise
                await self._ask_further()
                if self.tls is not None and isinstance(error, CertificateWanted):
                    self.tls = replace(self.tls, wants_certificate=True)
                return Found("tls", Facts(tls=self.tls), tuple(self.raw), error.answer, f"TLS, then: {error.reason}")
            if not self.is_tls and wants_tls(answer):
                raise WantsTls("asked in clear, says to come back over TLS")
            facts = await self._with_icon(conversation, facts, answer)
            store = front_page.parse(answer)
            statement = None if store else await self._fhir(conversation, facts, answer)
            told = await self._follow_ups(conversation, facts, statement)
            whole = Facts(tls=self.tls, http=facts, fhir=statement, database=store)
            self.identities = matcher().identify_texts([*texts_of(whole), *told])
            whole = replace(whole, dicomweb=await self._dicomweb(conversation))
            site = await self._explore(conversation, whole)
        await self._ask_further()
        service = "fhir" if statement else "https" if self.is_tls else "http"
        return Found(service, replace(whole, tls=self.tls, site=site), tuple(self.raw))

    async def _open(self) -> Connection:
        connection = await self.interview.open()
        if not self.is_tls:
            return connection
        try:
            seconds = self.interview.times.handshake
            await connection.start_tls(tls.context(*self.applications), first=self.interview.first, seconds=seconds)
        except BaseException as error:
            self.heard = connection.heard
            connection.close()
            if isinstance(error, Garbled) and self.applications and NOT_THAT_APPLICATION in error.reason:
                self.applications = ()
                return await self._open()
            raise
        if self.tls is None:
            self.tls = tls.facts_of(connection)
        return connection

    async def _greeting(self, connection: Connection) -> Found | None:
        async with connection:
            found = await self.interview.greeting(connection)
        if found is None:
            return None
        await self._ask_further()
        facts = replace(found.facts, tls=self.tls)
        return Found(f"{found.service}s", facts, (*found.raw, *self.raw))

    async def _dicom(self, connection: Connection) -> Found:
        """An association under TLS (PS3.15 B.1); TLS that holds something else is told as such."""
        times = self.interview.times
        async with connection:
            try:
                found = await dicom.ask(connection, first=self.interview.first, total=times.conversation)
            except (NotPermitted, Stopped):
                raise
            except ProbeError as error:
                found = Found("tls", Facts(), (), error.answer, f"TLS, then: {error.reason}")
        await self._ask_further()
        return replace(found, facts=replace(found.facts, tls=self.tls), raw=(*found.raw, *self.raw))

    async def _front_page_in_either(self, conversation: http.HttpConversation) -> tuple[HttpFacts, http.HttpAnswer]:
        """By HTTP/2 where the handshake chose it; by HTTP/1.1 where that was not kept."""
        try:
            return await self._front_page(conversation)
        except ProbeError as error:
            if not self.is_tls or not conversation.is_http2 or isinstance(error, (NotPermitted, Stopped)):
                raise
        conversation.close()
        self.applications = OLDER
        self.raw.clear()
        return await self._front_page(conversation)

    async def _front_page(self, conversation: http.HttpConversation) -> tuple[HttpFacts, http.HttpAnswer]:
        """The page that "/" leads to on this very server; what leaves it is not followed."""
        path, seen, location = "/", {"/"}, None
        cookies: list[tuple[str, str]] = []
        while True:
            answer = await conversation.get(path)
            self.raw.append(kept("http", answer.asked, answer.head))
            led = answer.header("location") if 300 <= answer.status < 400 else None
            location = led or location
            following = own_path(led, self.host, is_tls=self.is_tls) if led else None
            if following is None or following in seen or len(seen) > MAX_REDIRECTIONS:
                facts = page_facts(answer, location, cookies, host=self.host, is_tls=self.is_tls)
                # Of the paths of a page, and of its signature, only what tells a product is kept.
                known = tuple(path for path in paths_of(answer) if matcher().match("html_path", path))
                signature = signature_of(answer)
                if signature and not matcher().match("html_signature", signature):
                    signature = None
                return replace(facts, paths=known, signature=signature), answer
            cookies += [header for header in answer.headers if header[0] == "set-cookie"]
            seen.add(following)
            path = following

    async def _with_icon(
        self, conversation: http.HttpConversation, facts: HttpFacts, answer: http.HttpAnswer
    ) -> HttpFacts:
        """The hashes of the picture of the site, by which some products are known."""
        if not self.interview.settings.explores or facts.status >= 500:
            return facts
        ask = self.interview.question
        await self.interview.gate.turn(ask.address, ask.port, name=ask.name)
        shown = await icon.ask(conversation, icon.path_of(answer, self.host, is_tls=self.is_tls))
        return replace(facts, favicon_md5=shown.md5, favicon_mmh3=shown.mmh3) if shown else facts

    async def _fhir(
        self, conversation: http.HttpConversation, facts: HttpFacts, answer: http.HttpAnswer
    ) -> FhirFacts | None:
        """The capability statement, asked only where one is likely."""
        kind = answer.header("content-type") or ""
        likely = self.interview.hint == "fhir" or "json" in kind or "fhir" in (facts.title or "").lower()
        if not likely and facts.status != 404:
            return None
        for path in fhir.PATHS:
            try:
                told = await conversation.get(path, fhir.HEADERS, fhir.MAX_STATEMENT)
            except (NotPermitted, Stopped):
                raise
            except ProbeError:
                return None
            self.raw.append(kept("fhir", told.asked, told.head))
            if (statement := fhir.capability(told)) is not None:
                return replace(statement, search_open=await self._fhir_search(conversation, path))
        return None

    async def _fhir_search(self, conversation: http.HttpConversation, path: str) -> bool | None:
        """Not a byte of the body is read: the head tells whether it would come."""
        try:
            told = await conversation.get(fhir.search_path(path), fhir.HEADERS, limit=0)
        except ProbeError as error:
            if error.answer is Answer.NOT_ASKED:
                raise
            return None
        self.raw.append(kept("fhir-search", told.asked, told.head))
        return fhir.search_is_open(told.status, told.header("content-type"))

    async def _dicomweb(self, conversation: http.HttpConversation) -> DicomWebFacts | None:
        """Of a recognised image server: whether it would let a stranger search. Not a byte of the body is read."""
        path = dicomweb.path_for(self.identities)
        if path is None:
            return None
        try:
            told = await conversation.get(path, dicomweb.HEADERS, limit=0)
        except ProbeError as error:
            if error.answer is Answer.NOT_ASKED:
                raise
            return DicomWebFacts(path, None)
        self.raw.append(kept("dicomweb", told.asked, told.head))
        return dicomweb.facts_of(told)

    async def _follow_ups(
        self, conversation: http.HttpConversation, facts: HttpFacts, statement: FhirFacts | None
    ) -> list[tuple[str, str]]:
        """The texts of the one more path that some recognised products tell their version at."""
        known = {
            (identity.vendor, identity.product): identity
            for identity in matcher().identify(Facts(http=facts, fhir=statement))
        }
        texts = []
        for rule in follow_ups():
            identity = known.get((rule.vendor, rule.product))
            if identity is None or identity.version is not None:
                continue
            try:
                told = await conversation.get(rule.path, rule.headers)
            except Closed:
                continue
            except ProbeError as error:
                if error.answer is Answer.NOT_ASKED:
                    raise
                break
            self.raw.append(kept(rule.kind, told.asked, told.head))
            if told.status == 200:
                texts.append((rule.kind, told.body[:MAX_TOLD].decode("latin-1")))
        return texts

    async def _explore(self, conversation: http.HttpConversation, seen: Facts) -> SiteFacts | None:
        """The paths that must not answer; None where nobody asks for them, or where they are asked under a name."""
        ask = self.interview.question
        if not self.interview.settings.explores or seen.http is None or ask.named:
            return None
        permit = self.interview.gate.permit(ask.address, ask.port, ask.name)
        reason = site_paths.why_not(permit, seen, ask.address, self.identities)
        if reason:
            return SiteFacts(None, 0, untold=site_paths.ALL_KINDS, reason=reason)
        turn = partial(self.interview.gate.turn, ask.address, ask.port, name=ask.name)
        asking = site_paths.SitePaths(conversation, turn, name=ask.name or ask.address, is_tls=self.is_tls)
        site = await asking.look()
        self.raw += asking.raw
        return site

    async def _ask_further(self) -> None:
        """On other, light connections: the first one cannot tell what else the server would have accepted."""
        if self.tls is None or self.asked_further:
            return
        self.asked_further = True
        survey = self._survey()
        self.tls = await survey.complete(self.tls)
        self.raw += survey.raw

    async def _of_another_age(self) -> Found | None:
        """Of a server that knows nothing that our library still does, what it tells in clear; None when nothing."""
        if not self.is_tls or self.heard[:2] not in {b"\x15\x03", b"\x16\x03"}:
            return None
        survey = self._survey()
        facts = await survey.begin(everything=True)
        if facts is None:
            return None
        return Found("tls", Facts(tls=await survey.complete(facts)), tuple(survey.raw))

    def _survey(self) -> tls.Survey:
        times = self.interview.times
        return tls.Survey(self.interview.open, self.interview.question.name, times.first_byte, times.handshake)
