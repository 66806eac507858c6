"""What does each web server of the laboratory answer? Our own pages, with the marks by which a product is known.

No vendor's page is copied, and none holds anything that looks like a patient.
"""

import html
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from vigie.lab.faces import Protocol, Trait

from .visit import Visit

HSTS = "max-age=31536000; includeSubDomains"


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    body: str = ""
    kind: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()


_PAGE = (
    '<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
    "<body>\n{body}\n</body>\n</html>\n"
)
_FORM = (
    '<form method="post" action="{action}"><label>Identifiant <input name="{user}"></label>'
    '<label>Mot de passe <input type="password" name="{secret}" autocomplete="off"></label>'
    "<button>Se connecter</button></form>"
)
_CONTACT = Page(200, "Contact: mailto:securite@valombre.example\nExpires: 2099-12-31T23:00:00Z\n", "text/plain")
_NOT_FOUND = Page(404, _PAGE.format(title="404 Not Found", body="<h1>Not Found</h1>"))


def answer(visit: Visit, path: str, asked_host: str, *, marked: bool) -> Page:
    """The page of one request; `marked` tells whether it carried an X-Requested-With header."""
    face = visit.face
    build = _PAGES[face.page]
    says_whom_to_tell = path == "/.well-known/security.txt" and face.protocol is Protocol.HTTPS
    page = _CONTACT if says_whom_to_tell else build(visit, path, asked_host, marked)
    headers = list(page.headers)
    if face.says and face.page not in _UNSIGNED:
        headers.append(("Server", face.says))
    if face.protocol is Protocol.HTTPS and Trait.NO_HSTS not in face.traits:
        headers.append(("Strict-Transport-Security", HSTS))
    headers += [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "SAMEORIGIN")]
    return Page(page.status, page.body, page.kind, tuple(headers))


def _moved(location: str, *cookies: str, status: int = 302) -> Page:
    return Page(status, "", headers=(("Location", location), *(("Set-Cookie", cookie) for cookie in cookies)))


def _html(title: str, body: str, *cookies: str) -> Page:
    return Page(200, _PAGE.format(title=title, body=body), headers=tuple(("Set-Cookie", c) for c in cookies))


def _site(visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path != "/":
        return _NOT_FOUND
    welcome = f"<h1>Bienvenue</h1><p>Établissement inventé de la région Valombre ({html.escape(visit.own_name)}).</p>"
    return _html("Bienvenue", welcome)


def _login(_visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path != "/":
        return _NOT_FOUND
    return _html("Espace réservé", _FORM.format(action="/connexion", user="identifiant", secret="secret"))


def _listing(_visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path != "/":
        return _NOT_FOUND
    files = "".join(f'<a href="{name}">{name}</a>\n' for name in ("../", "plan-acces.pdf", "menus/", "horaires.txt"))
    return _html("Index of /", f"<h1>Index of /</h1><hr><pre>{files}</pre><hr>")


def _redirect(visit: Visit, path: str, asked_host: str, _marked: bool) -> Page:
    """To the secure server of the same machine, under the name that was asked."""
    host = urlsplit(f"//{asked_host}").hostname if asked_host else None
    return _moved(f"https://{host or visit.address}:{visit.secure_port}{path}", status=301)


def _orthanc(visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    version = visit.face.product.version if visit.face.product else ""
    if path == "/":
        return _moved("app/explorer.html", status=301)
    if path == "/app/explorer.html":
        return _html("Orthanc Explorer", "<h1>Orthanc Explorer</h1>")
    if path == "/system":
        system = {"ApiVersion": 24, "DicomAet": "VALOMBRE", "DicomPort": 4242, "Name": "Valombre", "Version": version}
        return Page(200, json.dumps(system, indent=3), "application/json")
    return _NOT_FOUND


def _mirth(visit: Visit, path: str, _host: str, marked: bool) -> Page:
    if path == "/":
        return _html(
            "Mirth Connect Administrator", '<h1>Mirth Connect Administrator</h1><a href="/webstart.jnlp">Launch</a>'
        )
    if path == "/api/server/version":
        if not marked:
            return Page(400, "All requests must have 'X-Requested-With' header", "text/plain")
        return Page(200, (visit.face.product.version if visit.face.product else "") or "", "text/plain")
    return _NOT_FOUND


def _roundcube(_visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path != "/":
        return _NOT_FOUND
    form = _FORM.format(action="./?_task=login", user="_user", secret="_pass")
    return _html(
        "Roundcube Webmail :: Welcome to Roundcube Webmail",
        form,
        "roundcube_sessid=laboratory; path=/; secure; HttpOnly",
    )


def _fortigate(_visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path == "/":
        return _moved("/remote/login?lang=en")
    if path != "/remote/login":
        return _NOT_FOUND
    form = _FORM.format(action="/remote/logincheck", user="username", secret="credential")
    body = f'<div class="sslvpn-login">{form}</div><script src="/remote/fgt_lang?lang=en"></script>'
    page = _html("Please Login", body, "SVPNCOOKIE=; path=/; expires=Sun, 11 Mar 1984 12:00:00 GMT; secure; httponly")
    return Page(page.status, page.body, page.kind, (*page.headers, ("Server", "xxxxxxxx-xxxxx")))


def _pulse(visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    welcome = "/dana-na/auth/url_default/welcome.cgi"
    if path == "/":
        return _moved(welcome, "DSSIGNIN=url_default; path=/dana-na/; secure")
    if path == welcome:
        form = _FORM.format(action="login.cgi", user="username", secret="password")
        return _html(
            "Pulse Connect Secure",
            f"<h1>Welcome to Pulse Connect Secure</h1>{form}",
            "DSSIGNIN=url_default; path=/dana-na/; secure",
        )
    if path == "/dana-na/nc/nc_gina_ver.txt":
        told = f'<OBJECT><PARAM NAME="ProductVersion" VALUE="{visit.face.says}"></OBJECT>\n'
        return Page(200, told, "text/plain")
    return _NOT_FOUND


def _citrix(_visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path == "/":
        return _moved("/vpn/index.html")
    if path != "/vpn/index.html":
        return _NOT_FOUND
    form = _FORM.format(action="/cgi/login", user="login", secret="passwd")
    return _html(
        "NetScaler Gateway",
        f'<div id="vpn_login">{form}</div><script src="/vpn/js/rdx/rdx.js"></script>',
        "NSC_TMAS=0; path=/; secure",
    )


def _fhir(visit: Visit, path: str, _host: str, _marked: bool) -> Page:
    if path not in ("/metadata", "/fhir/metadata"):
        return _NOT_FOUND
    rest: dict[str, object] = {"mode": "server", "resource": [{"type": "Organization"}, {"type": "Location"}]}
    if Trait.SECURED in visit.face.traits:
        system = "http://terminology.hl7.org/CodeSystem/restful-security-service"
        rest["security"] = {"cors": True, "service": [{"coding": [{"system": system, "code": "SMART-on-FHIR"}]}]}
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "software": {"name": "HAPI FHIR Server", "version": visit.face.says},
        "rest": [rest],
    }
    return Page(200, json.dumps(statement, indent=2), "application/fhir+json")


_PAGES = {
    "site": _site, "login": _login, "listing": _listing, "redirect": _redirect, "orthanc": _orthanc, "mirth": _mirth,
    "roundcube": _roundcube, "fortigate": _fortigate, "pulse": _pulse, "citrix": _citrix, "fhir": _fhir,
}  # fmt: skip
_UNSIGNED = frozenset({"pulse", "fhir"})  # what they say is a version, not a Server header
