import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.channels.feed_server import CONTENT, HOST, answer, make_certificate, serving
from vigie.channels.courtesy import Courtesy
from vigie.channels.feeds import ChannelAnswered, ChannelRefused, ChannelUnreachable, Door


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(certificate):
    with serving(certificate) as found:
        yield found


@pytest.fixture
def ask(server, certificate, tmp_path):
    context = ssl.create_default_context(cafile=str(certificate))
    door = Door(frozenset({HOST}), silence_seconds=0.3, loopback_port=server.server_port, context=context)
    waits = []
    courtesy = Courtesy(pause=2.0, sleep=waits.append)

    def ask(*script, url=f"https://{HOST}/list.json"):
        server.script = script
        return courtesy.fetch(url, tmp_path / "list.json", door=door, most_bytes=1_000_000)

    ask.waits = waits
    return ask


@pytest.mark.parametrize(
    ("mood", "waited"),
    [
        pytest.param(answer(503, b""), [5.0, 10.0], id="out-of-order"),
        pytest.param(answer(429, b"", Retry_After="30"), [30.0, 30.0], id="asked-to-wait"),
        pytest.param(answer(403, b""), [5.0, 10.0], id="the-nvd-in-a-hurry"),
        pytest.param(lambda handler: None, [5.0, 10.0], id="silent"),
        pytest.param(answer(503, b"", Retry_After="soon"), [5.0, 10.0], id="nonsense"),
    ],
)
def test_who_is_tired_is_asked_again_later_each_time(ask, mood, waited):
    assert ask(mood, mood, answer()).path.read_bytes() == CONTENT
    assert ask.waits == waited


def test_a_moment_to_come_back_at_is_read_by_the_clock_of_the_server(ask):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    ask(answer(503, b"", Retry_After=until), answer())
    assert ask.waits == [pytest.approx(40, abs=3)]


def test_whoever_asks_for_hours_is_left_alone_until_the_next_round(ask):
    with pytest.raises(ChannelAnswered, match="answered 503") as caught:
        ask(answer(503, b"", Retry_After="7200"))
    assert (caught.value.retry_after, ask.waits) == (7200.0, [])


@pytest.mark.parametrize("status", [400, 401, 404, 410, 451])
def test_what_asking_again_does_not_mend_is_not_asked_again(ask, server, status):
    with pytest.raises(ChannelAnswered):
        ask(answer(status, b""))
    assert (len(server.asked), ask.waits) == (1, [])


def test_after_three_times_it_is_given_up(ask, server):
    with pytest.raises(ChannelUnreachable):
        ask(answer(500, b""))
    assert len(server.asked) == 3


def test_two_questions_keep_their_distance(ask):
    ask(answer())
    ask(answer())
    assert ask.waits == [2.0]


def test_a_place_where_we_do_not_go_is_not_asked_at_all(ask, server):
    with pytest.raises(ChannelRefused):
        ask(answer(), url="https://evil.example/x")
    assert server.asked == []


def test_an_interrupted_file_is_continued_within_the_same_round(ask, server):
    half = len(CONTENT) // 2
    whole = ask(
        answer(body=CONTENT[:half], announce=len(CONTENT), ETag='"one"'),
        answer(206, CONTENT[half:], ETag='"one"', Content_Range=f"bytes {half}-{len(CONTENT) - 1}/{len(CONTENT)}"),
    )
    assert whole.path.read_bytes() == CONTENT
    assert server.asked[1]["Range"] == f"bytes={half}-"


def test_a_page_is_no_file(ask):
    with pytest.raises(ChannelAnswered, match=r"a page in place of /list\.json"):
        ask(answer(200, b"<html>please sign in</html>", Content_Type="text/html; charset=utf-8"))
