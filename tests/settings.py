"""The settings of the tests: those of the product, on a home of their own, whatever the environment holds.

pytest-django reads the settings before any conftest: what must come first has to be said here.
"""

import os
import tempfile

for name in list(os.environ):
    # Those of the tests themselves stay: which services they find, and which they must not do without.
    if name.startswith("VIGIE_") and not name.startswith(("VIGIE_TEST_", "VIGIE_REQUIRE_")):
        del os.environ[name]
os.environ["VIGIE_SECOND_FACTOR"] = "optional"  # those who sign in by a method of the client have none
os.environ["VIGIE_HOME"] = tempfile.mkdtemp(prefix="vigie-tests-")
if "VIGIE_TEST_ON" in os.environ:  # the same tests on PostgreSQL: tools/test-on-postgresql
    os.environ["VIGIE_DATABASE_URL"] = os.environ["VIGIE_TEST_ON"]
    os.environ["VIGIE_KEYRING"] = os.environ["VIGIE_HOME"] + "/keyring.json"  # shared, as by several machines

from vigie.config.catalogues import compile_stale  # noqa: E402
from vigie.config.django import *  # noqa: E402, F403

# What the tests start as processes of their own uses the settings of the product, on that home.
os.environ["DJANGO_SETTINGS_MODULE"] = "vigie.config.django"

# Before the first page is asked: a catalogue that comes later is not read by a process that looked for it once.
compile_stale()

if "VIGIE_TEST_ON" in os.environ:
    from vigie.apps.vault.keyring import make_missing

    make_missing(VIGIE.keyring_file)  # noqa: F405  # as `vigie init` does where several machines share a database
