import ssl

import pytest

from tests.channels.feed_server import CONTENT, HOST, answer, make_certificate, serving
from vigie.channels import feeds
from vigie.channels.feeds import ChannelFlooded, ChannelRefused, ChannelUnreachable, Door, fetch, forget


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(certificate):
    with serving(certificate) as found:
        yield found


@pytest.fixture
def door(server, certificate):
    context = ssl.create_default_context(cafile=str(certificate))
    return Door(frozenset({HOST}), silence_seconds=2, loopback_port=server.server_port, context=context)


def get(door, folder, *, most_bytes=1_000_000, url=f"https://{HOST}/list.json"):
    return fetch(url, folder / "list.json", door=door, most_bytes=most_bytes)


def test_a_file_is_fetched_and_asked_again_only_if_it_changed(server, door, tmp_path):
    server.script = (answer(ETag='"one"', Last_Modified="Mon, 02 Jan 2099 00:00:00 GMT"), answer(304, b""))
    first, again = get(door, tmp_path), get(door, tmp_path)
    assert (first.changed, first.length, first.path.read_bytes()) == (True, len(CONTENT), CONTENT)
    assert (again.changed, again.path.read_bytes()) == (False, CONTENT)
    assert server.asked[1]["If-None-Match"] == '"one"'
    assert server.asked[0]["User-Agent"].startswith("Vigie")


def test_an_interrupted_download_goes_on_where_it_stopped(server, door, tmp_path):
    half = len(CONTENT) // 2
    server.script = (
        answer(body=CONTENT[:half], announce=len(CONTENT), ETag='"one"'),
        answer(206, CONTENT[half:], ETag='"one"', Content_Range=f"bytes {half}-{len(CONTENT) - 1}/{len(CONTENT)}"),
    )
    with pytest.raises(ChannelUnreachable, match=f"stopped at {half} of {len(CONTENT)} bytes|broke off"):
        get(door, tmp_path)
    assert not (tmp_path / "list.json").exists()
    assert get(door, tmp_path).path.read_bytes() == CONTENT
    assert (server.asked[1]["Range"], server.asked[1]["If-Range"]) == (f"bytes={half}-", '"one"')


def test_a_new_version_during_the_interruption_starts_again(server, door, tmp_path):
    server.script = (answer(body=b"old", announce=9, ETag='"one"'), answer(body=b"new and whole", ETag='"two"'))
    with pytest.raises(ChannelUnreachable):
        get(door, tmp_path)
    assert get(door, tmp_path).path.read_bytes() == b"new and whole"


@pytest.mark.parametrize(
    ("script", "error", "sentence"),
    [
        pytest.param(answer(503, b""), ChannelUnreachable, "answered 503", id="out-of-order"),
        pytest.param(answer(announce=10**12), ChannelFlooded, "announces", id="announces-too-much"),
        pytest.param(
            answer(302, b"", Location="http://feeds.example/x"), ChannelRefused, "plain https", id="sent-to-http"
        ),
        pytest.param(
            answer(302, b"", Location="https://evil.example/x"), ChannelRefused, "listed hosts", id="sent-elsewhere"
        ),
        pytest.param(answer(302, b"", Location="/again"), ChannelRefused, "more than 3 times", id="sent-in-circles"),
        pytest.param(
            lambda handler: handler.wfile.write(b"\0garbage\r\n"), ChannelUnreachable, "broke off", id="garbage"
        ),
        pytest.param(lambda handler: None, ChannelUnreachable, "broke off", id="silent"),
    ],
)
def test_a_bad_answer_leaves_the_file_that_was_there(server, door, tmp_path, script, error, sentence):
    (tmp_path / "list.json").write_bytes(b"yesterday")
    server.script = (script,)
    with pytest.raises(error, match=sentence):
        get(Door(door.hosts, silence_seconds=0.3, loopback_port=door.loopback_port, context=door.context), tmp_path)
    assert (tmp_path / "list.json").read_bytes() == b"yesterday"


def test_an_answer_without_end_is_cut(server, door, tmp_path):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(CONTENT)

    server.script = (endless,)
    with pytest.raises(ChannelFlooded, match="sends more, or longer"):
        get(door, tmp_path, most_bytes=300_000)


def test_a_certificate_of_nobody_is_refused(server, door, tmp_path):
    plain = Door(door.hosts, silence_seconds=2, loopback_port=door.loopback_port)
    with pytest.raises(ChannelUnreachable, match="certificate"):
        get(plain, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "http://feeds.example/x",
        "https://evil.example/x",
        "https://feeds.example:8443/x",
        "https://user@feeds.example/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://feeds.example.evil.example/",
    ],
)
def test_no_other_door_is_opened(url, tmp_path):
    with pytest.raises(ChannelRefused):
        fetch(url, tmp_path / "x", door=Door(frozenset({HOST})), most_bytes=10)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_a_listed_name_that_leads_inside_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.setattr(feeds.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 443))])
    with pytest.raises(ChannelRefused, match="not a public address"):
        fetch(f"https://{HOST}/x", tmp_path / "x", door=Door(frozenset({HOST})), most_bytes=10)


def test_a_part_that_is_already_whole_is_asked_again(server, door, tmp_path):
    server.script = (answer(body=b"half", announce=8, ETag='"one"'), answer(416, b""), answer(ETag='"one"'))
    with pytest.raises(ChannelUnreachable):
        get(door, tmp_path)
    assert get(door, tmp_path).path.read_bytes() == CONTENT


def test_what_proved_unusable_is_asked_whole_again(server, door, tmp_path):
    server.script = (answer(ETag='"one"'),)
    forget(get(door, tmp_path).path)
    get(door, tmp_path)
    assert "If-None-Match" not in server.asked[1]
