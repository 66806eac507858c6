"""The contract, on PostgreSQL without a broker: one machine that outgrew SQLite, or that went back from several."""

import pytest

from tests.apps.jobs.contract import (  # noqa: F401 -- collected here, on this backend
    test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing,
)

pytestmark = pytest.mark.services


@pytest.fixture
def house(house):
    house.env = {name: value for name, value in house.env.items() if name != "VIGIE_BROKER_URL"}
    return house
