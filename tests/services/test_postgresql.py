"""The tables on PostgreSQL."""

import pytest

pytestmark = pytest.mark.services


def test_the_migrations_leave_nothing_to_migrate(house):
    house.run("from django.core.management import call_command; call_command('migrate', check_unapplied=True)")


def test_the_database_holds_the_rules_of_the_ledger(house):
    names = {name for (name,) in house.select("SELECT conname FROM pg_constraint WHERE conname LIKE 'jobs_%'")}
    assert "jobs_running_has_a_lease" in names
    indexes = {name for (name,) in house.select("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'jobs_%'")}
    assert {"jobs_ready", "jobs_leased", "jobs_one_unfinished_per_key"} <= indexes
