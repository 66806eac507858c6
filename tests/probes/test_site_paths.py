"""What must not be served is found, and nothing else is, whatever the temper of the site."""

import asyncio
import gzip

import pytest

from vigie.data.web_paths import web_paths
from vigie.engine.facts import Answer
from vigie.engine.facts_of_web import ExposureKind, NotFound
from vigie.probes.gate import Gate
from vigie.probes.identify import Question, identify
from vigie.probes.pace import Pace
from vigie.probes.scope import Intensity, Scope
from vigie.probes.site_paths import ALL_KINDS, beside, label_of
from vigie.probes.stop import StopSignal

from .conftest import HURRIED, NOW, PATIENT, free_pace, mandate, settings
from .servers import listening, page
from .sites import Site, always, told

HOME = {"/": b"<title>Bienvenue</title>"}
GIT = {"/.git/HEAD": b"ref: refs/heads/main\n"}
DUMP = b"-- MySQL dump 10.13  Distrib 8.0.36\nINSERT INTO patients VALUES ('Dupont');\n" * 50
ARCHIVE = b"PK\x03\x04" + b"\0" * 5000
SOFT = b"<html><title>Page introuvable</title>" + b"<p>Cette page n'existe pas.</p>" * 40

#   path -> what a real tool writes there
EXPOSED = {
    "/.git/HEAD": b"ref: refs/heads/main\n",
    "/.git/index": b"DIRC\0\0\0\x02\0\0\0\x01",
    "/.svn/wc.db": b"SQLite format 3\0" + b"\0" * 200,
    "/.svn/entries": b"12\n",
    "/.hg/requires": b"dotencode\nfncache\ngeneraldelta\nrevlogv1\nstore\n",
    "/.env": b"APP_NAME=Portail\nDB_PASSWORD=exemple\n",
    "/.env.local": b"# local\nexport DATABASE_URL=mysql://a:b@c/d\n",
    "/.aws/credentials": b"[default]\naws_access_key_id = AKIAEXEMPLE\n",
    "/.git-credentials": b"https://user:secret@git.example\n",
    "/.htpasswd": b"admin:$apr1$exemple$0123456789abcdefghijk.\n",
    "/.ssh/id_rsa": b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "/wp-config.php.bak": b"<?php\n/** x */\ndefine( 'DB_NAME', 'x' );\n",
    "/.vscode/sftp.json": b'{\n  "name": "x",\n  "host": "sftp.example",\n}',
    "/docker-compose.yml": b'version: "3"\n\nservices:\n  web:\n',
    "/appsettings.json": b'{\n  "ConnectionStrings": {}\n}',
    "/actuator/env": b'{"activeProfiles":[],"propertySources":[]}',
    "/WEB-INF/web.xml": b'<?xml version="1.0"?>\n<web-app version="4.0">',
    "/server-status": b"<html><head>\n<title>Apache Status</title>",
    "/server-info": b"<html><head><title>Server Information</title>",
    "/nginx_status": b"Active connections: 1 \nserver accepts handled requests\n",
    "/status": b"pool:                 www\nprocess manager:      dynamic\n",
    "/phpinfo.php": b"<style>" + b"a" * 900 + b"</style><title>PHP 8.2.7 - phpinfo()</title>",
    "/actuator": b'{"_links":{"self":{"href":"http://x/actuator"}}}',
    "/metrics": b"# HELP process_cpu_seconds_total x\n",
    "/.DS_Store": b"\0\0\0\x01Bud1\0\0",
    "/error_log": b"[23-Nov-2026 06:10:00 UTC] PHP Warning:  x in /var/www/x.php on line 3\n",
    "/debug.log": b"2026-11-23 06:10:00,123 ERROR x\n",
    "/backup.zip": ARCHIVE,
    "/www.tar.gz": gzip.compress(b"x"),
    "/dump.sql": DUMP,
    "/backup/": b"<title>Index of /backup/</title><a href=\"../\">..</a><a href='a.zip'>a.zip</a>",
}


def explore(handler, *, name=None, times=PATIENT, explores=True, pace=None, intensity=Intensity.STANDARD, **changes):
    with listening(handler) as server:
        scope = Scope([mandate(intensity=intensity, **changes)])
        gate = Gate(scope, StopSignal(), pace or free_pace(), lambda: NOW)
        asked = Question(server.address, server.port, name, "http")
        return asyncio.run(identify(asked, gate, settings(times, explores=explores)))


def found(service):
    return {exposure.path for exposure in service.facts.site.found}


@pytest.mark.parametrize("path", EXPOSED)
def test_what_must_not_be_served_is_found_by_its_form(path):
    service = explore(Site(HOME | {path: EXPOSED[path]}))
    assert found(service) == {path}
    site = service.facts.site
    assert (site.not_found, site.untold, site.reason) == (NotFound.SAYS_SO, (), "")


def test_everything_at_once_is_found_within_the_budget():
    handler = Site(HOME | EXPOSED)
    service = explore(handler)
    assert found(service) == set(EXPOSED)
    assert service.facts.site.requests == len(handler.asked) - 2  # the front page and its icon apart
    assert service.facts.site.requests <= web_paths().most_requests


@pytest.mark.parametrize(
    ("missing", "told_by"),
    [
        pytest.param(always(404, b"no"), NotFound.SAYS_SO, id="says-so"),
        pytest.param(always(200, SOFT), NotFound.A_PAGE, id="catch-all-200"),
        pytest.param(always(200, b""), NotFound.A_PAGE, id="empty-200"),
        pytest.param(always(200, GIT["/.git/HEAD"]), NotFound.A_PAGE, id="a-head-of-git-for-anything"),
        pytest.param(always(200, DUMP), NotFound.A_PAGE, id="a-dump-for-anything"),
        pytest.param(always(200, ARCHIVE), NotFound.A_PAGE, id="an-archive-for-anything"),
        pytest.param(always(200, b"<script>\nAPI_URL = '/x'\n</script>"), NotFound.A_PAGE, id="words-of-settings"),
        pytest.param(always(200, b"<title>Index of /</title>"), NotFound.A_PAGE, id="a-list-for-anything"),
        pytest.param(always(206, GIT["/.git/HEAD"]), NotFound.A_PAGE, id="a-part-for-anything"),
        pytest.param(always(302, b"", "Location: /accueil"), NotFound.LEADS_AWAY, id="redirect-all"),
        pytest.param(always(301, b"", "Location: https://other.example/"), NotFound.LEADS_AWAY, id="sent-elsewhere"),
        pytest.param(always(400, b"Bad"), NotFound.OTHERWISE, id="bad-request-for-all"),
        pytest.param(always(401, b"", "WWW-Authenticate: Basic"), NotFound.SIGN_IN, id="sign-in-for-all"),
        pytest.param(
            lambda method, path: told(200, SOFT + path.encode() * 3, method=method), NotFound.A_PAGE, id="echo"
        ),
        pytest.param(
            lambda method, path: told(200 if path.endswith((".zip", ".gz")) else 404, ARCHIVE, method=method),
            NotFound.SAYS_SO,
            id="any-archive-answers",
        ),
        pytest.param(
            lambda method, path: told(200 if path.startswith("/.git/") else 404, b"ref: refs/x\n", method=method),
            NotFound.SAYS_SO,
            id="a-trap-for-scanners",
        ),
    ],
)
def test_a_site_that_answers_everything_is_never_a_find(missing, told_by):
    service = explore(Site(HOME, missing))
    site = service.facts.site
    assert site.found == ()
    assert (site.not_found, site.reason, site.untold) == (told_by, "", ())
    assert site.requests <= web_paths().most_requests


@pytest.mark.parametrize("missing", [always(200, SOFT), always(302, b"", "Location: /accueil")], ids=["page", "away"])
def test_what_is_served_is_found_on_a_site_that_never_says_not_found(missing):
    service = explore(Site(HOME | GIT | {"/backup.zip": ARCHIVE, "/dump.sql": DUMP}, missing))
    assert found(service) == {"/.git/HEAD", "/backup.zip", "/dump.sql"}


@pytest.mark.parametrize(
    "missing", [always(403, b"no"), always(500), always(503), always(429)], ids=["403", "500", "503", "429"]
)
def test_a_site_that_refuses_us_whatever_is_asked_is_unknown(missing):
    site = explore(Site(HOME | GIT, missing)).facts.site
    assert (site.found, site.not_found, site.untold) == ((), None, ALL_KINDS)
    assert site.reason
    assert site.requests <= 2


def test_a_site_in_clear_that_sends_all_to_itself_over_tls_is_asked_no_more():
    def missing(method, path):
        return told(301, b"", f"Location: https://a.valombre.example{path}", method=method)

    handler = Site(HOME, missing)
    service = explore(handler, name="a.valombre.example")
    assert service.facts.site.not_found is NotFound.TO_TLS
    assert service.facts.site.requests == 2


@pytest.mark.parametrize(("heads", "ranges"), [(True, True), (False, True), (True, False), (False, False)])
def test_sixteen_bytes_of_a_backup_are_read_and_none_is_kept(heads, ranges):
    handler = Site(HOME | {"/dump.sql": DUMP}, heads=heads, ranges=ranges)
    service = explore(handler)
    [exposure] = service.facts.site.found
    assert (exposure.path, exposure.length) == ("/dump.sql", len(DUMP))
    kept = b"".join(raw.answered for raw in service.raw)
    assert b"Dupont" not in kept
    assert b"MySQL" not in kept
    assert "Dupont" not in repr(service.facts)
    if ranges:
        assert handler.sent == len(HOME["/"]) + 16


def test_a_head_that_says_no_costs_one_request():
    handler = Site(HOME)
    explore(handler)
    backups = [path.path for path in web_paths().paths if path.kind is ExposureKind.BACKUP]
    assert sum(method == "HEAD" for method, _ in handler.asked) == len(backups)
    assert not any(path == "/backup.zip" and method == "GET" for method, path in handler.asked)


def test_the_settings_that_were_found_are_not_kept():
    service = explore(Site(HOME | {"/.env": b"DB_PASSWORD=tres-secret\n"}))
    assert b"tres-secret" not in b"".join(raw.answered for raw in service.raw)
    assert "tres-secret" not in repr(service)


def test_a_listing_is_a_count():
    service = explore(Site(HOME | {"/backup/": EXPOSED["/backup/"]}))
    assert [(one.kind, one.count) for one in service.facts.site.found] == [(ExposureKind.LISTING, 2)]


def test_a_path_that_fails_leaves_its_kind_untold_and_no_other():
    def missing(method, path):
        return told(500 if path == "/server-status" else 404, b"", method=method)

    site = explore(Site(HOME | GIT, missing)).facts.site
    assert site.untold == (ExposureKind.STATUS,)
    assert [one.path for one in site.found] == ["/.git/HEAD"]
    assert site.reason == "a path did not answer as it should"


def test_a_site_that_asks_to_slow_down_is_left_alone_and_the_rest_is_untold():
    asked = []

    def missing(method, path):
        asked.append(path)
        return told(429 if len(asked) > 8 else 404, b"", method=method)

    site = explore(Site(HOME, missing)).facts.site
    assert site.reason == "the site asks to be left alone"
    assert ExposureKind.BACKUP in site.untold
    assert len(asked) == 9


def test_a_site_that_stops_answering_is_left_alone():
    asked = []

    def handle(connection):
        while connection.recv(65536):
            asked.append(1)
            if len(asked) > 5:
                return
            connection.sendall(page(b"<title>a</title>", status="200 OK" if len(asked) == 1 else "404 No"))

    service = explore(handle, times=HURRIED)
    assert service.answer is Answer.ANSWERED
    assert service.facts.site.untold
    assert service.facts.site.reason == "closed before an answer"
    assert len(asked) < 12


@pytest.mark.parametrize(
    ("front", "changes", "reason"),
    [
        pytest.param(HOME, {"intensity": Intensity.GENTLE}, "the mandate asks for a gentle look", id="gentle"),
        pytest.param({"/": b"<title>Web Image Monitor</title>"}, {}, "equipment that may", id="printer"),
    ],
)
def test_a_fragile_or_a_gentle_look_asks_no_path_and_says_why(front, changes, reason):
    handler = Site(front)
    site = explore(handler, **changes).facts.site
    assert site.reason.startswith(reason)
    assert (site.requests, site.untold, site.not_found) == (0, ALL_KINDS, None)
    assert handler.asked == [("GET", "/"), ("GET", "/favicon.ico")]


def test_nothing_is_asked_where_nobody_wants_it():
    handler = Site(HOME)
    assert explore(handler, explores=False).facts.site is None
    assert handler.asked == [("GET", "/")]


def test_each_request_takes_its_turn_though_the_connection_is_kept():
    turns = []

    class Counted(Pace):
        def take(self, address, intensity):
            turns.append(address)
            return 0.0

    free = free_pace()
    handler = Site(HOME)
    explore(handler, pace=Counted(free._table, free._run))
    assert len(turns) == len(handler.asked)


def test_who_to_write_to_is_told_where_it_is_said():
    said = {"/.well-known/security.txt": b"Contact: mailto:securite@valombre.example\n"}
    assert explore(Site(HOME | said, ranges=False)).facts.site.security_txt is True
    assert explore(Site(HOME)).facts.site.security_txt is False
    assert explore(Site(HOME, always(200, SOFT))).facts.site.security_txt is False


@pytest.mark.parametrize(
    ("name", "label"),
    [("www.chu-exemple.fr", "chu-exemple"), ("a.b.example", "b"), ("localhost", "www"), ("203.0.113.7", "www")],
)
def test_the_telling_part_of_a_name(name, label):
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [("/.git/HEAD", "/.git/", ""), ("/.env", "/.", ""), ("/a.tar.gz", "/", ".tar.gz"), ("/backup/", "/", "/")],
)
def test_a_name_made_up_beside_a_path_has_its_form(path, start, end):
    made = beside(path)
    assert made != path
    assert made.startswith(start)
    assert made.endswith(end)
