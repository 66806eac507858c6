"""The worker that brings values to a new key is killed: another goes on, and every value can be read."""

import shutil

from tests.apps.jobs.house import START_DJANGO, closing, embedded, migrated_home, until
from tests.apps.jobs.processes import Running

NUMBER = 6000


def test_a_kill_in_the_middle_loses_nothing(tmp_path):
    home = tmp_path / "home"
    shutil.copytree(migrated_home(), home)
    with closing(embedded(home)) as house:
        house.run(f"from tests.apps.vault.many import fill; fill({NUMBER})")
        house.run(
            "from django.utils import timezone\n"
            "from vigie.apps.vault import actions; actions.rotate(by='test', now=timezone.now())"
        )
        brought = "SELECT count(DISTINCT substr(secret, 1, 7)), max(length(secret)) FROM accounts_proof"
        work = Running(house.env, code=START_DJANGO + "from vigie.apps.vault.tasks import reencrypt; reencrypt.call()")
        house.started.append(work)
        until(lambda: house.select(brought)[0][0] == 2 or not work.alive)
        was_in_the_middle = work.alive
        work.kill()
        work._process.join()
        assert was_in_the_middle
        assert house.select(brought)[0][0] == 2  # some under the old key, some under the new
        said = house.run(
            "from vigie.apps.vault.tasks import reencrypt; reencrypt.call()\n"
            "from vigie.apps.vault.queries import counts_by_key\n"
            "from tests.apps.vault.many import readable\n"
            "print(sorted(counts_by_key().values()), len(set(readable())))"
        )
    assert said.strip() == f"[{NUMBER}] {NUMBER}"
