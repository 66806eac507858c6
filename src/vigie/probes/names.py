"""What does our resolver say of a name? Each question once for a look."""

import asyncio
from typing import Self, TypeVar

import dns.asyncresolver
import dns.exception
import dns.rcode
import dns.resolver
import dns.rrset

from vigie.engine.names import Answers, Question, Survey

from .resolve import LIFETIME_SECONDS, in_words
from .resolver_socket import ResolverSocket

MAX_TEXT = 4096
MAX_RECORDS = 200
MAX_QUESTIONS = 60  # of one rule: SPF stops at ten lookups, whose addresses are asked too
T = TypeVar("T")


class Names:
    """Asks our resolver, each question once for a look; None is "nobody could tell", and `reason` says why."""

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        self.resolver = resolver
        self.reason = ""
        self.missing: set[str] = set()  # names that do not exist at all
        self._socket = ResolverSocket()
        self._known: dict[Question, asyncio.Task[Answers]] = {}

    async def __aenter__(self) -> Self:
        await self._socket.open(self.resolver)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._socket.close()

    async def ask(self, kind: str, name: str) -> Answers:
        question = Question(kind, name.rstrip(".").lower())
        if question not in self._known:
            self._known[question] = asyncio.ensure_future(self._ask(question))
        return await self._known[question]

    async def run(self, survey: Survey[T]) -> T | None:
        """The facts of a rule of the engine; None when it asks more than any honest record would."""
        answers: Answers = None
        for turn in range(MAX_QUESTIONS):
            try:
                question = survey.send(answers) if turn else next(survey)
            except StopIteration as end:
                facts: T = end.value
                return facts
            answers = await self.ask(*question)
        survey.close()
        return None

    async def _ask(self, question: Question) -> Answers:
        told = await self._socket.ask(question.name, question.kind)
        if told is None:
            return await self._ask_at_length(question)
        code, message = told
        if code is dns.rcode.NXDOMAIN:
            self.missing.add(question.name)
            return ()
        try:
            return _texts(question, message.resolve_chaining().answer if message is not None else None)
        except dns.exception.DNSException:
            return await self._ask_at_length(question)

    async def _ask_at_length(self, question: Question) -> Answers:
        """With all that a resolver does when the short way fails: other servers, TCP, and why nobody could tell."""
        try:
            answer = await self.resolver.resolve(
                question.name, question.kind, raise_on_no_answer=False, search=False, lifetime=LIFETIME_SECONDS
            )
        except dns.resolver.NXDOMAIN:
            self.missing.add(question.name)
            return ()
        except dns.exception.DNSException as error:
            self.reason = self.reason or in_words(error)
            return None
        except (OSError, ValueError) as error:
            self.reason = self.reason or f"the resolver cannot be used: {error}"
            return None
        return _texts(question, answer.rrset)


def _texts(question: Question, found: dns.rrset.RRset | None) -> tuple[str, ...]:
    records = list(found or ())[:MAX_RECORDS]
    if question.kind == "TXT":
        # The parts of one text are joined without a space (RFC 7208 3.3).
        return tuple(b"".join(record.strings).decode("latin-1")[:MAX_TEXT] for record in records)
    return tuple(record.to_text()[:MAX_TEXT] for record in records)
