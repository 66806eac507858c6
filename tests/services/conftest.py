"""PostgreSQL and RabbitMQ, where they answer: skipped with a sentence elsewhere, unless they are required."""

import os
import uuid
from functools import partial

import psycopg
import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.apps.jobs.house import House, closing, environment

DATABASE_URL = os.environ.get("VIGIE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
BROKER_URL = os.environ.get("VIGIE_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
QUEUES = ("default", "scans")


def missing(sentence):
    if os.environ.get("VIGIE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{sentence}, and VIGIE_REQUIRE_SERVICES=1 asks for it")
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def postgresql():
    """A scratch database of this run; its URL."""
    name = f"vigie_test_{uuid.uuid4().hex[:10]}"
    try:
        server = psycopg.connect(DATABASE_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        missing("PostgreSQL does not answer on this machine")
    with server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{DATABASE_URL.rpartition('/')[0]}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def rabbitmq():
    try:
        with Connection(BROKER_URL, connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
    except (OperationalError, OSError):
        missing("RabbitMQ does not answer on this machine")
    return BROKER_URL


def select(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def migrated(postgresql, rabbitmq, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    env = environment(home, VIGIE_DATABASE_URL=postgresql, VIGIE_BROKER_URL=rabbitmq, VIGIE_WORKER_LANES="4")
    House(env, partial(select, postgresql)).migrate()
    yield env
    with Connection(rabbitmq) as connection:
        connection.default_channel.exchange_delete(queue_name(postgresql, "jobs"))


def queue_name(database_url, queue):
    return f"vigie.{database_url.rpartition('/')[2]}.{queue}"


@pytest.fixture
def house(migrated, postgresql, rabbitmq):
    with closing(House(dict(migrated), partial(select, postgresql))) as house:
        yield house
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("TRUNCATE jobs_job, jobs_worker, jobs_schedule, audit_event")
    with Connection(rabbitmq) as connection:
        for name in QUEUES:
            connection.default_channel.queue_delete(queue_name(postgresql, name))
