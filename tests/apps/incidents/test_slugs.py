"""What is stored has the slugs of the engine."""

import pytest

from vigie.apps.incidents import enums
from vigie.apps.incidents.enums import STATE_AFTER
from vigie.data import incident_rules
from vigie.engine.incidents import gravity, lifecycle, taxonomy
from vigie.engine.incidents.duties import JUDGED


@pytest.mark.parametrize(
    ("stored", "pure"),
    [
        (enums.IncidentState, lifecycle.State),
        (enums.IncidentKind, taxonomy.Kind),
        (enums.RsitClass, taxonomy.RsitClass),
        (enums.IncidentCause, taxonomy.RootCause),
        (enums.EntryVector, taxonomy.EntryVector),
        (enums.EntryEquipment, taxonomy.Equipment),
        (enums.KnownAnswer, taxonomy.Known),
        (enums.PatientDanger, taxonomy.Danger),
        (enums.CareMode, taxonomy.Care),
        (enums.SystemState, taxonomy.SystemState),
        (enums.IncidentReach, taxonomy.Reach),
        (enums.DataNature, taxonomy.Nature),
        (enums.IncidentOrigin, taxonomy.Origin),
        (enums.IncidentGravity, gravity.Gravity),
    ],
)
def test_stored_slugs_are_the_engines(stored, pure):
    assert set(stored.values) == {member.value for member in pure}


def test_the_rules_name_only_what_has_words(now):
    day = now.date()
    for rule in incident_rules.obligations(day).rules:
        assert rule.regime in enums.IncidentRegime.values
        assert rule.stage in enums.ObligationStage.values
        assert rule.authority in enums.IncidentAuthority.values
    assert {rule.authority for rule in incident_rules.routes(day).rules} <= set(enums.IncidentAuthority.values)
    assert set(JUDGED) == set(enums.ConditionName.values)


def test_history_leads_to_states_that_the_table_reaches():
    reached = {state.value for _allowed, state in lifecycle.TRANSITIONS.values()}
    assert {state.value for state in STATE_AFTER.values()} == reached
