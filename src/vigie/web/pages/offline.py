"""The declaration that works when the network does not: kept by the browser, sent once when the network is back.

The page is the same for everybody: it is kept by browsers, so it holds neither account nor token.
"""

import hashlib
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vigie.web.components.declaration import DeclarationForm

from .declaring import OFFICIAL_PORTAL

SHELL = (
    "vendor/tabler/tabler.min.css",
    "vigie.css",
    "vigie.js",
    "offline.js",
    "favicon.svg",
)  # what the page is made of


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    context = {
        "blocks": DeclarationForm({}).blocks(),
        "competent": settings.VIGIE.competent_authority,
        "portal": OFFICIAL_PORTAL,
        "cell_telephone": settings.VIGIE.cell_telephone,
        "language": translation.get_language() or "fr",
    }
    response = render(request, "web/pages/offline_declaration.html", context)
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@never_cache
@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """What a form of this browser has to carry: asked for when the network is back."""
    return JsonResponse({"token": get_token(request)})


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the address below which it may keep pages; its cache is named by what it keeps."""
    shell = [reverse("web:offline-declaration"), *(static(name) for name in SHELL)]
    body = _source("offline-worker.js").replace("[/* SHELL */]", _listed(shell)).replace("EDITION", _edition())
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _listed(addresses: list[str]) -> str:
    return "[" + ", ".join(f'"{address}"' for address in addresses) + "]"


@cache
def _edition() -> str:
    """Another one when any part of the page has changed: browsers then fetch all of it again."""
    digest = hashlib.sha256()
    for name in SHELL:
        digest.update(files("vigie.web").joinpath("static", name).read_bytes())
    digest.update(_source("offline-worker.js").encode())
    digest.update(files("vigie.web").joinpath("templates/web/pages/offline_declaration.html").read_bytes())
    return digest.hexdigest()[:16]


def _source(name: str) -> str:
    return files("vigie.web").joinpath("static", name).read_text(encoding="utf-8")
