"""What does our resolver say of a name? Each question once for a look, and what is shared once for a run."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

import dns.asyncresolver
import dns.exception
import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset

from vigie.engine.names import Answers, Question, Survey

from .resolve import in_words
from .resolver_socket import ResolverSocket

MAX_TEXT = 4096
MAX_RECORDS = 200
MAX_QUESTIONS = 60  # of one rule: SPF stops at ten lookups, whose addresses are asked too
MOST_KNOWN = 50_000  # answers remembered by one run
T = TypeVar("T")


class _Known(NamedTuple):
    answers: Answers
    missing: bool = False
    denied: bool = False
    reason: str = ""  # why nobody could tell


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that is under way for somebody."""

    answer: "asyncio.Future[_Known]"


class Run:
    """One socket, and the answers that several looks share: a provider of mail is the same for all its customers.

    It lives as long as one run. What nobody could tell is not kept: the next look asks again.
    """

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        self.resolver = resolver
        self._socket = ResolverSocket()
        self._known: dict[Question, _Known | _Asked] = {}

    async def __aenter__(self) -> Self:
        self._socket.open(self.resolver)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._socket.close()

    async def ask(self, question: Question) -> _Known:
        known = self._known.get(question)
        if isinstance(known, _Asked):
            return await known.answer
        if known is not None:
            return known
        if len(self._known) >= MOST_KNOWN:
            self._known = {one: told for one, told in self._known.items() if isinstance(told, _Asked)}
        asked = _Asked(asyncio.get_running_loop().create_future())
        self._known[question] = asked
        try:
            told = await self._ask(question)
        except BaseException:
            del self._known[question]
            asked.answer.cancel()
            raise
        if told.answers is None:
            del self._known[question]
        else:
            self._known[question] = told
        asked.answer.set_result(told)
        return told

    async def _ask(self, question: Question) -> _Known:
        told = await self._socket.ask(question.name, question.kind)
        if told is None:
            return await self._ask_at_length(question)
        return _Known(tuple(text[:MAX_TEXT] for text in told.texts[:MAX_RECORDS]), told.missing, told.denied)

    async def _ask_at_length(self, question: Question) -> _Known:
        """With all that a resolver does when the short way fails: other servers, TCP, and why nobody could tell."""
        try:
            answer = await self.resolver.resolve(question.name, question.kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            responses = error.responses().values()  # type: ignore[no-untyped-call]
            return _Known((), missing=True, denied=any(_has_authority(one) for one in responses))
        except dns.exception.DNSException as error:
            return _Known(None, reason=in_words(error))
        except (OSError, ValueError) as error:
            return _Known(None, reason=f"the resolver cannot be used: {error}")
        return _Known(_texts(question, answer.rrset), denied=_has_authority(answer.response))


class Names:
    """The questions of one look; None is "nobody could tell", and `reason` says why."""

    def __init__(self, run: Run) -> None:
        self.resolver = run.resolver
        self.reason = ""
        self.missing: set[str] = set()  # names that do not exist at all
        self.denied: set[Question] = set()  # "there is none", said by the zone itself
        self._run = run
        self._failed: set[Question] = set()

    async def ask(self, kind: str, name: str) -> Answers:
        question = Question(kind, name.rstrip(".").lower())
        if question in self._failed:
            return None
        told = await self._run.ask(question)
        if told.answers is None:
            self._failed.add(question)
            self.reason = self.reason or told.reason
        if told.missing:
            self.missing.add(question.name)
        if told.denied:
            self.denied.add(question)
        return told.answers

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


def _has_authority(response: dns.message.Message) -> bool:
    return any(rrset.rdtype == dns.rdatatype.SOA for rrset in response.authority)


def _texts(question: Question, found: dns.rrset.RRset | None) -> tuple[str, ...]:
    records = list(found or ())[:MAX_RECORDS]
    if question.kind == "TXT":
        # The parts of one text are joined without a space (RFC 7208 3.3).
        return tuple(b"".join(record.strings).decode("latin-1")[:MAX_TEXT] for record in records)
    return tuple(record.to_text()[:MAX_TEXT] for record in records)
