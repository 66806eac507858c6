"""What a page shows of itself: its letters, icon, cookies and form; and pages that lie about them."""

import base64
import hashlib
import time

import mmh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts_of_web import CookieFlags, FormTarget, PageKind
from vigie.probes.cookies import cookies_of, flags_of
from vigie.probes.http import HttpAnswer, parse_head
from vigie.probes.icon import icon_of, path_of
from vigie.probes.page import form_target, page_facts
from vigie.probes.page_text import printable, text_of_page

from .servers import listening, page, site
from .test_site_paths import explore

HOSTILE_LETTERS = ("unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf-7", "utf-32", "hex", "rot13")


def answer(body: bytes = b"", *headers: tuple[str, str], path: str = "/", status: int = 200) -> HttpAnswer:
    return HttpAnswer(path, status, headers, body, len(body), b"", b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param("Hôpital".encode(), None, id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + "Hôpital".encode(), "text/html; charset=windows-1252", id="mark-wins"),
        pytest.param("Hôpital".encode("latin-1"), None, id="latin-1-untold"),
        pytest.param("Hôpital".encode("cp1252"), "text/html; charset=ISO-8859-1", id="told-by-the-header"),
        pytest.param("Hôpital".encode("utf-16"), None, id="utf-16-with-its-mark"),
        pytest.param("Hôpital".encode("utf-16-le"), "text/html;charset=utf-16le", id="utf-16-told"),
        pytest.param("Hôpital".encode("latin-1"), "text/html; charset=utf-8", id="a-header-that-lies"),
        pytest.param("Hôpital".encode(), 'text/html; charset="utf-8"', id="quoted"),
        pytest.param("Hôpital".encode(), "text/html; charset=klingon", id="unknown"),
        pytest.param("Hôpital".encode() + "é".encode()[:1], "text/html; charset=utf-8", id="cut-in-a-letter"),
    ],
)
def test_a_page_is_read_in_its_letters(body, kind):
    assert text_of_page(body, kind) == "Hôpital"


@pytest.mark.parametrize(
    ("letters", "declared"), [("shift_jis", "Shift_JIS"), ("cp1251", "windows-1251"), ("iso8859_15", "iso-8859-15")]
)
def test_a_page_may_tell_its_letters_itself(letters, declared):
    text = {"shift_jis": "病院", "cp1251": "Больница", "iso8859_15": "Œuvre"}[letters]
    body = f'<meta charset="{declared}"><title>{text}</title>'.encode(letters)
    assert page_facts(answer(body), None).title == text


@pytest.mark.parametrize("letters", HOSTILE_LETTERS)
def test_letters_that_a_page_may_not_choose_are_read_as_latin(letters):
    body = b"\\u0041+AGE- \xe9" * 4000
    began = time.process_time()
    assert text_of_page(body, f"text/html; charset={letters}") == body.decode("latin-1")
    assert time.process_time() - began < 1


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_under_any_letters_are_text(body, letters):
    text_of_page(body, f"text/html; charset={letters}")
    text_of_page(b"<meta charset=" + letters.encode() + b">" + body)


def test_a_title_is_shown_without_what_turns_or_hides_it():
    assert printable("a\u202eb\u200f\x00c\u2066 d") == "a b c d"
    assert page_facts(answer(b"<title>a&#8238;b&#0;&#x110000;</title>"), None).title == "a b\ufffd\ufffd"


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        ("PHPSESSID=abc; path=/", CookieFlags("PHPSESSID", False, False, None)),
        ("sid=a; Secure; HttpOnly; SameSite=Lax", CookieFlags("sid", True, True, "lax")),
        ("sid=a;secure;httponly;samesite=NONE", CookieFlags("sid", True, True, "none")),
        ("sid=a; SameSite=Perhaps", CookieFlags("sid", False, False, None)),
        ("sid=a; Path=/Secure; Comment=HttpOnly", CookieFlags("sid", False, False, None)),
        ("a b=c; Secure", None),
        ("", None),
    ],
)
def test_the_flags_of_a_cookie_are_its_attributes_and_nothing_else(header, flags):
    assert flags_of(header) == flags


def test_a_cookie_of_four_kilobytes_keeps_its_flags_and_not_its_value():
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=" + b"s" * 4000 + b"; Path=/; Secure; HttpOnly\r\n\r\n"
    _, headers = parse_head(head)
    assert headers == (("set-cookie", "sid=; Path=/; Secure; HttpOnly"),)
    assert cookies_of(headers) == (CookieFlags("sid", True, True, None),)


def test_a_cookie_given_twice_is_as_it_was_given_last():
    given_twice = (("set-cookie", "sid=a"), ("set-cookie", "sid=b; Secure; HttpOnly"))
    assert cookies_of(given_twice) == (CookieFlags("sid", True, True, None),)


@given(st.text(max_size=120))
def test_any_cookie_has_flags_or_none(header):
    flags_of(header)


@pytest.mark.parametrize(
    ("form", "is_tls", "target"),
    [
        pytest.param("<form>", True, FormTarget.ITSELF, id="no-action"),
        pytest.param("<form action='/login'>", True, FormTarget.ITSELF, id="path"),
        pytest.param('<FORM method=post ACTION="HTTP://a.example/login">', True, FormTarget.IN_CLEAR, id="in-clear"),
        pytest.param('<form action="http://a.example/login">', False, FormTarget.ITSELF, id="clear-from-clear"),
        pytest.param('<form action="http://other.example/">', False, FormTarget.IN_CLEAR, id="clear-elsewhere"),
        pytest.param('<form action="https://sso.example/">', True, FormTarget.ELSEWHERE, id="elsewhere"),
        pytest.param('<form action="//sso.example/">', True, FormTarget.ELSEWHERE, id="elsewhere-without-scheme"),
        pytest.param("<form action=&#104;ttp://a.example>", True, FormTarget.IN_CLEAR, id="written-as-entities"),
        pytest.param('<form action="http://[">', True, FormTarget.ITSELF, id="broken"),
        pytest.param('<form action="http://a.example/"><form action="/b">', True, FormTarget.ITSELF, id="the-last"),
        pytest.param("no form", True, FormTarget.ITSELF, id="no-form"),
    ],
)
def test_where_a_password_is_sent(form, is_tls, target):
    assert form_target(form, "a.example", is_tls=is_tls) is target


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Welcome to nginx!", PageKind.DEFAULT),
        ("Apache2 Debian Default Page: It works", PageKind.DEFAULT),
        ("IIS Windows Server", PageKind.DEFAULT),
        ("Apache Tomcat/9.0.31", PageKind.DEFAULT),
        ("Site en maintenance", PageKind.MAINTENANCE),
        ("Maintenance en cours", PageKind.MAINTENANCE),
        ("Maintenance biomédicale", None),
        ("Service de maintenance hospitalière", None),
        ("Hôpital de Valombre", None),
        ("", None),
    ],
)
def test_a_page_that_nobody_wrote_is_known_by_its_title(title, kind):
    assert page_facts(answer(f"<title>{title}</title>".encode()), None).page is kind


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "/favicon.ico"),
        (b'<link rel="icon" href="/img/a.png?v=2">', "/img/a.png?v=2"),
        (b"<link href=b.ico rel='shortcut icon'>", "/app/b.ico"),
        (b'<link rel="stylesheet" href="/a.css"><link rel=icon href=./c.svg>', "/app/c.svg"),
        (b'<link rel="icon" href="https://cdn.example/a.ico">', "/favicon.ico"),
        (b'<link rel="icon" href="data:image/png;base64,AAAA">', "/favicon.ico"),
        (b'<link rel="apple-touch-icon" href="/d.png">', "/favicon.ico"),
    ],
)
def test_the_icon_is_where_the_page_says_on_this_very_server(body, path):
    assert path_of(answer(body, path="/app/index.html"), "a.example", is_tls=True) == path


ICON = b"\0\0\x01\0" + bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        pytest.param(answer(ICON, ("content-type", "image/x-icon")), True, id="icon"),
        pytest.param(answer(ICON, status=404), False, id="not-found"),
        pytest.param(answer(b""), False, id="empty"),
        pytest.param(answer(b"<!doctype html><html>", ("content-type", "image/png")), False, id="a-page-as-icon"),
        pytest.param(answer(b"x" * 70_000), False, id="too-large"),
        pytest.param(HttpAnswer("/", 200, (), ICON, 90_000, b"", b""), False, id="cut"),
    ],
)
def test_only_a_whole_icon_has_hashes(shown, known):
    assert (icon_of(shown) is not None) is known


def test_the_icon_is_hashed_as_the_field_writes_it():
    pages = {"/": page(b"<title>a</title>"), "/favicon.ico": page(ICON, "Content-Type: image/x-icon")}
    facts = explore(site(pages)).facts.http
    assert facts.favicon_md5 == hashlib.md5(ICON).hexdigest()
    assert facts.favicon_mmh3 == mmh3.hash(base64.encodebytes(ICON))


def test_a_site_in_clear_is_told_with_its_version_its_cookies_and_its_form(ask):
    body = b'<title>Espace</title><form action="http://other.example/x"><input type=password>'
    shown = page(body, "Set-Cookie: PHPSESSID=secret; path=/").replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    with listening(site({"/": shown})) as server:
        facts = ask(server, "http").facts.http
    assert facts.version == "1.0"
    assert facts.login_to is FormTarget.IN_CLEAR
    assert facts.cookie_flags == (CookieFlags("PHPSESSID", False, False, None),)
    assert "secret" not in repr(facts)
