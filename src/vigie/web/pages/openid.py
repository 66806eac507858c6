"""Sign in by the provider of identities of the State or of the house; link one's own account to it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.accounts.models import User
from vigie.apps.accounts.openid import flow, linking
from vigie.apps.accounts.openid.flow import Begun, Identity
from vigie.apps.accounts.openid.provider import Provider, provider_for
from vigie.apps.accounts.openid.refusals import OpenIdRefused, Reason
from vigie.apps.vault.encryption import Unreadable, decrypt, encrypt
from vigie.channels.identity import ProviderError
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, address_of, by
from vigie.web.sessions import bind, prove

BACKEND = "django.contrib.auth.backends.ModelBackend"
BEGUN, TO_LINK, HINT = "openid-begun", "openid-to-link", "openid-hint"

WORDS = {
    Reason.EXPIRED: _("This sign-in was begun too long ago, or elsewhere, or was answered already. Begin again."),
    Reason.DENIED: _("The provider did not let you in, or you gave up there. Nothing was changed."),
    Reason.UNREACHABLE: _("The provider does not answer as it should. Try again in a moment, or sign in otherwise."),
    Reason.CODE: _("The provider did not take back the answer that it gave. Begin again."),
    Reason.TOKEN: _("What the provider answered could not be verified. Nobody was signed in, and it was noted."),
    Reason.WEAK: _("You signed in there by less than what is asked here: use a second factor there, and begin again."),
    Reason.UNKNOWN: _(
        "No account here is linked to this identity. Sign in once by your invitation link or your password, "
        "then link it from your account. Without an invitation, ask whoever administers this installation."
    ),
    Reason.CLOSED: _("This account is closed."),
}


def _provider() -> Provider:
    client = settings.VIGIE.openid_client()
    if client is None:
        raise Http404
    return provider_for(client)


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A link and no form: our policy of content lets no form lead elsewhere, nor what it redirects to."""
    if request.user.is_authenticated:
        return redirect("web:home")
    return _sent_there(request, _provider(), links=False)


@never_cache
@require_safe
def begin_link(request: HttpRequest) -> HttpResponse:
    return _sent_there(request, _provider(), links=True)


def _sent_there(request: HttpRequest, provider: Provider, *, links: bool) -> HttpResponse:
    try:
        url, begun = flow.begin(provider, next_page=request.GET.get("next", "")[:500], links=links, now=timezone.now())
    except ProviderError as error:
        return _refused(request, OpenIdRefused(Reason.UNREACHABLE, str(error)))
    request.session[BEGUN] = asdict(begun)
    return redirect(url)


@login_not_required
@never_cache
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back: what was begun is used up, whatever comes."""
    provider, now = _provider(), timezone.now()
    kept = request.session.pop(BEGUN, None)
    begun = Begun(**kept) if kept else None
    try:
        identity = flow.complete(provider, begun, request.GET, now=now)
        if begun is not None and begun.links:
            return _to_confirm(request, identity)
        user = linking.sign_in(identity=identity, now=now)
    except OpenIdRefused as refused:
        if begun is not None:  # else anybody could fill the trail
            linking.note_refused(refused=refused, address=address_of(request), now=now)
        return _refused(request, refused)
    _open(request, user, identity, provider, now)
    return redirect(_next(request, begun.next if begun else ""))


def _open(request: HttpRequest, user: User, identity: Identity, provider: Provider, now: datetime) -> None:
    login(request, user, backend=BACKEND)
    bind(request, user, now)
    hint = encrypt(identity.id_token.encode(), purpose="id-token", about=user.pk)
    request.session[HINT] = hint.hex()
    if identity.strength & provider.client.second_factor:
        prove(request, now)


def _next(request: HttpRequest, asked: str) -> str:
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if asked and safe else reverse("web:home")


def _refused(request: HttpRequest, refused: OpenIdRefused) -> HttpResponse:
    # The address of this page holds the code and the state: nothing on it repeats them.
    context = {"words": WORDS[refused.reason], "own_address": reverse("web:sign-in")}
    status = 502 if refused.reason is Reason.UNREACHABLE else 403
    return render(request, "web/pages/openid_refused.html", context, status=status)


def _to_confirm(request: HttpRequest, identity: Identity) -> HttpResponse:
    """Back from the provider, to be linked: whose browser it is must still say so, on our page.

    Without that, whoever makes a browser sign in at the provider as themselves would get into its owner's account.
    """
    if not isinstance(request.user, User):
        raise OpenIdRefused(Reason.EXPIRED, "signed out meanwhile")
    request.session[TO_LINK] = {
        "user": request.user.pk,
        "issuer": identity.issuer,
        "subject": identity.subject,
        "email": identity.email,
    }
    return redirect("web:openid-link")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    user, provider = viewer(request), _provider()
    found: dict[str, Any] | None = request.session.get(TO_LINK)
    if found is None or found["user"] != user.pk:
        return redirect("web:account")
    if request.method == "POST":
        del request.session[TO_LINK]
        told = {name: found[name] for name in ("issuer", "subject", "email")}
        try:
            linking.link(user=user, by=by(request), now=timezone.now(), **told)
        except linking.LinkTaken:
            messages.error(
                request, gettext("Nothing was linked: that identity opens another account, or yours has one already.")
            )
        else:
            messages.success(request, gettext("From now on, that identity opens your account."))
        return redirect("web:account")
    crumbs = [Crumb(gettext("Your account"), reverse("web:account")), Crumb(provider.client.label)]
    context = {"crumbs": crumbs, "label": provider.client.label, "email": found["email"]}
    return render(request, "web/pages/openid_link.html", context)


@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    user, provider = viewer(request), _provider()
    if linking.unlink(user=user, issuer=provider.client.issuer, by=by(request), now=timezone.now()):
        messages.success(request, gettext("That identity opens nothing here any more."))
    return redirect("web:account")


def way_out(request: HttpRequest) -> str:
    """Where to end the session at the provider too; "" when it was not opened there. Call it before signing out."""
    client, hint = settings.VIGIE.openid_client(), request.session.get(HINT)
    if client is None or hint is None or not isinstance(request.user, User):
        return ""
    try:
        token = decrypt(bytes.fromhex(hint), purpose="id-token", about=request.user.pk).decode()
        return flow.sign_out_address(provider_for(client), token, timezone.now())
    except (ProviderError, Unreadable):
        return ""
