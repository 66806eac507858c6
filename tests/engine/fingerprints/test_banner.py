import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.fingerprints import texts_of_banner


@pytest.mark.parametrize(
    ("kind", "banner", "texts"),
    [
        pytest.param("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", ["OpenSSH_9.2p1 Debian-2"], id="ssh-line"),
        pytest.param("ssh", "SSH-1.99-Cisco-1.25", ["Cisco-1.25"], id="ssh-of-both-versions"),
        pytest.param("ssh", "OpenSSH_9.2p1", ["OpenSSH_9.2p1"], id="ssh-already-stripped"),
        pytest.param("ftp", "220-Hello\r\n220 (vsFTPd 3.0.5)\r\n", ["Hello (vsFTPd 3.0.5)"], id="reply-of-two-lines"),
        pytest.param("smtp", "220 mx ESMTP Postfix", ["mx ESMTP Postfix"], id="one-reply"),
        pytest.param("http_server", "Server: nginx/1.18.0", ["nginx/1.18.0"], id="whole-header"),
        pytest.param("http_server", "nginx/1.18.0", ["nginx/1.18.0"], id="value-of-a-header"),
        pytest.param("http_cookie", "Set-Cookie: a=b; Path=/", ["a", "Path"], id="cookie-header"),
        pytest.param("http_cookie", "SVPNCOOKIE", ["SVPNCOOKIE"], id="name-of-a-cookie"),
        pytest.param("html_title", "<title>A &amp;\n B</title>", ["A & B"], id="title-in-its-tag"),
        pytest.param("http_header", "X-Powered-By:PHP/8", ["x-powered-by: PHP/8"], id="name-in-lower-case"),
        pytest.param("http_location", "https://a.example/x", ["https://a.example/x"], id="address-is-no-header"),
        pytest.param("favicon_md5", " 0FBE\n", ["0fbe"], id="hash"),
        pytest.param("imap", "* OK Dovecot ready.\r\n", ["* OK Dovecot ready."], id="imap"),
        pytest.param("ssh", " \r\n ", [], id="blank"),
    ],
)
def test_a_banner_is_read_however_it_was_recorded(kind, banner, texts):
    assert texts_of_banner(kind, banner) == tuple((kind, text) for text in texts)


def test_the_names_that_other_tools_give_to_a_kind_are_understood():
    assert texts_of_banner("pop3", "+OK ready") == (("pop", "+OK ready"),)


@given(st.sampled_from(["ssh", "ftp", "smtp", "http_cookie", "http_server", "html_title", "http_header"]), st.text())
def test_any_banner_gives_texts_that_are_bounded(kind, banner):
    assert all(text and len(text) <= 4096 for _, text in texts_of_banner(kind, banner))
