"""The tables on PostgreSQL."""

import pytest

pytestmark = pytest.mark.services


def test_every_migration_of_the_project_is_applied(house):
    from django.db.migrations.loader import MigrationLoader

    applied = set(house.select("SELECT app, name FROM django_migrations"))
    assert set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations) == applied


def test_the_database_holds_the_rules_of_the_ledger(house):
    names = {name for (name,) in house.select("SELECT conname FROM pg_constraint WHERE conname LIKE 'jobs_%'")}
    assert "jobs_running_has_a_lease" in names
    indexes = {name for (name,) in house.select("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'jobs_%'")}
    assert {"jobs_ready", "jobs_leased", "jobs_one_unfinished_per_key"} <= indexes
