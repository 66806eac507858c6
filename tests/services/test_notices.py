"""Two senders on PostgreSQL: each message leaves once; one that is killed leaves at most what it had in hand."""

from collections import Counter

import psycopg
import pytest

from tests.apps.jobs.house import START_DJANGO, until
from tests.apps.jobs.processes import Running
from tests.channels.mail_server import mail_server

pytestmark = pytest.mark.services
NUMBER = 400
FILL = f"from tests.apps.notices.many import fill; fill({NUMBER})"


def sender(house, port, hours_later=0):
    code = f"from tests.apps.notices.many import send; send({port}, hours_later={hours_later})"
    process = Running(house.env, code=START_DJANGO + code)
    house.started.append(process)
    return process


@pytest.fixture
def full(house, postgresql):
    house.run(FILL)
    yield house
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("TRUNCATE notices_mailing, registry_establishment CASCADE")


def came(kept):
    return Counter(message["Message-ID"] for message in kept.messages)


def test_two_senders_send_each_message_once(full):
    with mail_server() as (kept, port):
        for process in [sender(full, port), sender(full, port)]:
            assert process.wait(timeout=60) == 0
    assert len(came(kept)) == NUMBER
    assert set(came(kept).values()) == {1}
    assert full.count("SELECT count(*) FROM notices_notice WHERE state = 'sent' AND repeats = 0") == NUMBER


def test_a_sender_killed_while_sending_loses_nothing_and_repeats_one_at_most(full):
    with mail_server() as (kept, port):
        killed = sender(full, port)
        until(lambda: len(kept.messages) > NUMBER / 8)
        killed.kill()
        killed._process.join()
        assert full.count("SELECT count(*) FROM notices_notice WHERE state = 'sending'") <= 1
        assert sender(full, port, hours_later=1).wait(timeout=60) == 0
    twice = [identifier for identifier, count in came(kept).items() if count > 1]
    assert len(came(kept)) == NUMBER
    assert len(twice) <= 1
    marked = [message["Message-ID"] for message in kept.messages if message["X-Vigie-Repetition"]]
    assert set(twice) <= set(marked)
    assert len(marked) <= 1
