"""The whole way through a provider that others wrote, as a process of its own: codes, PKCE, tokens, sign-out."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.openid.conftest import is_signed_in, sent_to
from vigie.apps.accounts.openid import linking

pytestmark = pytest.mark.django_db
USER = '{"sub": "agent-001", "email": "aline@agents.example", "amr": ["pwd", "mfa"]}'


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    pytest.importorskip("joserfc")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)]
    started = subprocess.Popen(
        [*command, "--require-nonce", "true", "--user-claims", USER],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        _until_it_answers(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(timeout=10)


def _until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the provider does not start")


@pytest.fixture
def at_provider(issuer, configure) -> str:
    configure(
        openid_issuer=issuer,
        openid_client_id="vigie-here",
        openid_client_secret="any",
        openid_second_factor=["mfa"],
        public_url="http://testserver",
    )
    return issuer


def person(url: str, sub: str = "agent-001", **form: str) -> dict[str, str]:
    """What a person does there: choose who they are; return what their browser brings back."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{where.path}?{where.query}", urlencode({"sub": sub, **form}), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/sign-in/provider/answer"
    connection.close()
    return dict(parse_qsl(back.query))


def test_link_sign_out_and_sign_in(at_provider, signed_in, aline, browser):
    told = person(sent_to(signed_in, "/account/provider"))
    assert signed_in.get("/sign-in/provider/answer", told)["Location"] == "/account/provider/link"
    signed_in.post("/account/provider/link")

    told = person(sent_to(browser))
    browser.get("/sign-in/provider/answer", told)
    assert browser.session["_auth_user_id"] == str(aline.pk)
    page = browser.post("/sign-out").content.decode()
    assert f"{at_provider}/oauth2/end_session?id_token_hint=" in page
    assert not is_signed_in(browser)


def test_a_code_serves_once_there_too(at_provider, aline, browser):
    linking.link(user=aline, issuer=at_provider, subject="agent-001", email="", by="test", now=timezone.now())
    told = person(sent_to(browser))
    browser.get("/sign-in/provider/answer", told)
    other = Client()
    mine = dict(parse_qsl(urlsplit(sent_to(other)).query))
    assert other.get("/sign-in/provider/answer", {**told, "state": mine["state"]}).status_code == 403
    assert not is_signed_in(other)


def test_who_gives_up_there_is_not_signed_in(at_provider, browser):
    url = sent_to(browser)
    told = person(url, action="deny") | {"state": dict(parse_qsl(urlsplit(url).query))["state"]}
    assert browser.get("/sign-in/provider/answer", told).status_code == 403


def test_a_stranger_makes_no_account_there_either(at_provider, browser, aline):
    told = person(sent_to(browser), sub=aline.email)
    assert browser.get("/sign-in/provider/answer", told).status_code == 403
    assert not is_signed_in(browser)
