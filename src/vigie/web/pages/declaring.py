"""Declare an incident: one page, saved as it is typed, with an account or without, or taken by the cell.

Whoever has no account is known by a signed cookie, by the reference and its code, or by the link in a message.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.incidents import actions
from vigie.apps.incidents.actions import Receipt, Receiving
from vigie.apps.incidents.answering import draft_of
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Declaration
from vigie.apps.incidents.queries import code_of
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.engine.incidents.answers import Fault
from vigie.engine.incidents.reference import BadReference, read
from vigie.web.components.declaration import DeclarationForm, fields_html, reference_sentence, typed_in
from vigie.web.components.page import Crumb, address_of
from vigie.web.sessions import owes_a_proof

from .own import remember

OFFICIAL_PORTAL = "https://signalement.social-sante.gouv.fr"
BY_HAND = (ReceivedBy.TELEPHONE, ReceivedBy.PAPER)


@dataclass(frozen=True, slots=True)
class Declarant:
    """Who is at the keyboard; `user` only once everything that is asked of an account was proved."""

    user: User | None
    of_the_cell: bool


def declarant(request: HttpRequest, now: datetime) -> Declarant:
    user = request.user if isinstance(request.user, User) else None
    if user is None or owes_a_proof(request, user, now) or not user.has(Right.DECLARE_INCIDENT, now):
        return Declarant(None, of_the_cell=False)
    return Declarant(user, of_the_cell=user.has(Right.HANDLE_INCIDENTS, now))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    who = declarant(request, now)
    if request.method != "POST":
        return _form(request, who, _begun(request, who, now), uuid4())
    typed, key = typed_in(request.POST), _key(request)
    if request.POST.get("deed") == "save":
        return _saved(request, who, typed, key, now)
    try:
        receipt = actions.declare(typed=typed, receiving=_receiving(request, who, now), key=key, now=now)
    except actions.AnswersRefused as refused:
        return _form(request, who, typed, key, faults=refused.faults, refusal=str(refused))
    except actions.IncidentRefused as refused:
        return _form(request, who, typed, key, refusal=str(refused))
    return _received(receipt, who)


def _received(receipt: Receipt, who: Declarant) -> HttpResponse:
    reference = receipt.declaration.reference
    if who.of_the_cell:
        return redirect("web:declaration", reference)
    return remember(redirect("web:own-declaration", reference), receipt.declaration)


def _begun(request: HttpRequest, who: Declarant, now: datetime) -> dict[str, str]:
    """What is known before a word is typed: the account, and the establishment when there is only one."""
    if who.user is None or who.of_the_cell:
        return {}
    mine = Establishment.objects.visible_to(who.user, now, Right.DECLARE_INCIDENT).order_by("pk")[:2]
    ones = list(mine)
    known = {"finess": ones[0].finess, "structure": ones[0].name} if len(ones) == 1 else {}
    return {**known, "name": who.user.name, "email": who.user.email}


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(hex=request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _receiving(request: HttpRequest, who: Declarant, now: datetime) -> Receiving:
    how = ReceivedBy.EMAIL if who.user is None else ReceivedBy.ACCOUNT
    at = None
    if who.of_the_cell and request.POST.get("received_by") in {one.value for one in BY_HAND}:
        how, at = ReceivedBy(request.POST["received_by"]), _really_received(request)
    return Receiving(
        by=actor(who.user) if who.user else "declarant",
        how=how,
        at=at,
        author=who.user,
        address=address_of(request),
        language=translation.get_language() or "fr",
        competent=settings.VIGIE.competent_authority,
    )


def _really_received(request: HttpRequest) -> datetime | None:
    text = request.POST.get("received_at", "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    except (ValueError, OverflowError) as error:
        raise actions.Incomplete(gettext("Write when it was received so: 2026-11-23 05:30.")) from error


def _saved(request: HttpRequest, who: Declarant, typed: dict[str, str], key: UUID, now: datetime) -> HttpResponse:
    """Keep what is typed: a line for the page when it asks by itself, the whole page for who pressed the button."""
    declaration, refusal = None, ""
    try:
        declaration = _kept(request, who, typed, key, now)
    except actions.IncidentRefused as refused:
        refusal = str(refused)
    if request.headers.get("HX-Request"):
        context = {"draft": declaration, "code": code_of(declaration) if declaration else "", "refusal": refusal}
        return render(request, "web/parts/draft_saved.html", context)
    return _form(request, who, typed, key, refusal=refusal, draft=declaration)


def _kept(request: HttpRequest, who: Declarant, typed: dict[str, str], key: UUID, now: datetime) -> Declaration:
    declaration = Declaration.objects.filter(key=key).first()
    if declaration is None:
        receipt = actions.start_draft(receiving=_receiving(request, who, now), typed=typed, key=key, now=now)
        return receipt.declaration
    actions.save_draft(declaration=declaration, typed=typed, now=now)
    return declaration


def _form(
    request: HttpRequest,
    who: Declarant,
    typed: dict[str, str],
    key: UUID,
    *,
    faults: tuple[Fault, ...] = (),
    refusal: str = "",
    draft: Declaration | None = None,
) -> HttpResponse:
    form = DeclarationForm(typed, faults) if faults else None
    context = {
        "crumbs": [Crumb(gettext("Declare an incident"))],
        "fields": fields_html(typed, faults),
        "faults": [(form[fault.field], form.faults[fault.field]) for fault in faults] if form else [],
        "refusal": refusal,
        "key": key.hex,
        "draft": draft,
        "code": code_of(draft) if draft else "",
        "who": who,
        "by_hand": BY_HAND,
        "received_by": request.POST.get("received_by", ""),
        "received_at": request.POST.get("received_at", ""),
        "competent": settings.VIGIE.competent_authority,
        "portal": OFFICIAL_PORTAL,
        "cell_telephone": settings.VIGIE.cell_telephone,
    }
    return render(request, "web/pages/declare_incident.html", context, status=422 if refusal else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """By reference and code: go on with a draft, or read and complete what was declared."""
    refusal = ""
    if request.method == "POST":
        now, typed = timezone.now(), request.POST.get("reference", "")
        slip = read(typed)
        try:
            declaration = actions.open_with_code(
                reference=typed, code=request.POST.get("code", ""), address=address_of(request), now=now
            )
        except actions.IncidentRefused as refused:
            refusal = reference_sentence(slip) if isinstance(slip, BadReference) else str(refused)
        else:
            if declaration.submitted_at is not None:
                return remember(redirect("web:own-declaration", declaration.reference), declaration)
            who = declarant(request, now)
            typed_so_far = draft_of(declaration)
            return remember(_form(request, who, typed_so_far, declaration.key, draft=declaration), declaration)
    context = {
        "crumbs": [Crumb(gettext("Go on with a declaration"))],
        "refusal": refusal,
        "reference": request.POST.get("reference", ""),
        "cell_telephone": settings.VIGIE.cell_telephone,
    }
    return render(request, "web/pages/resume_declaration.html", context, status=422 if refusal else 200)
