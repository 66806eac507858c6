"""Which role may see or do what, and over what it can be given: the table that every page obeys."""

from vigie.apps.registry.enums import Right

from .enums import RoleKind, ScopeKind

# Its own incidents: declared, followed and read by whoever answers for the establishment.
_OWN_INCIDENTS = frozenset({Right.DECLARE_INCIDENT, Right.INCIDENTS})
_CELL = _OWN_INCIDENTS | {Right.INCIDENT_SUMMARIES, Right.HANDLE_INCIDENTS, Right.INCIDENT_FIGURES}
_READ = frozenset({Right.LEVELS, Right.COUNTS, Right.FINDINGS, Right.EVIDENCE, Right.PERIMETER})
_ALL_READ = _READ | {Right.AGGREGATES, Right.CAMPAIGNS}

_WORK = frozenset({Right.ACT, Right.DECLARE, Right.GRANT, Right.LAUNCH, Right.STOP, Right.NOTES})

#   role -> what it may see and do within its scope
RIGHTS: dict[str, frozenset[Right]] = {
    RoleKind.ESTABLISHMENT_OFFICER: _READ | _OWN_INCIDENTS | {Right.ACT, Right.DECLARE},
    # The director signs: the mandate is theirs to give.
    RoleKind.ESTABLISHMENT_DIRECTOR: _READ | _OWN_INCIDENTS | {Right.ACT, Right.DECLARE, Right.GRANT, Right.PROVIDERS},
    RoleKind.GROUP_OFFICER: _READ | _OWN_INCIDENTS | {Right.AGGREGATES, Right.ACT, Right.DECLARE},
    # Levels, numbers and overdue dates; never what the weakness is nor where.
    # Of incidents, the outline of those that touch care: what D.1111-16-3 has it told, without what was broken.
    RoleKind.REGIONAL_AGENCY: frozenset(
        {Right.AGGREGATES, Right.LEVELS, Right.COUNTS, Right.INCIDENT_SUMMARIES, Right.INCIDENT_FIGURES}
    ),
    RoleKind.NATIONAL_ANALYST: _ALL_READ | _CELL | _WORK,
    RoleKind.DUTY_MANAGER: _ALL_READ | _CELL | _WORK | {Right.TRAIL},
    # Aggregates only: without LEVELS no establishment is named, so COUNTS are counts of many.
    RoleKind.STATISTICIAN: frozenset({Right.AGGREGATES, Right.COUNTS, Right.INCIDENT_FIGURES}),
    # No figures of incidents for the funder: declaring never enters a decision on money.
    RoleKind.FUNDER: frozenset({Right.AGGREGATES, Right.LEVELS}),
    # Of essential operators, the kinds of findings that each agreed to show, and the incidents that were escalated.
    RoleKind.ANSSI_LIAISON: frozenset({Right.FINDINGS, Right.INCIDENTS}),
    RoleKind.PROVIDER: _READ,
    # Every page that they read is an event.
    RoleKind.AUDITOR: _ALL_READ
    | {Right.INCIDENTS, Right.INCIDENT_SUMMARIES, Right.INCIDENT_FIGURES, Right.NOTES, Right.TRAIL},
    RoleKind.TECHNICAL_ADMINISTRATOR: frozenset({Right.STOP, Right.PEOPLE}),  # no content
}

#   role -> what it can be given over
SCOPES: dict[str, frozenset[ScopeKind]] = {
    RoleKind.ESTABLISHMENT_OFFICER: frozenset({ScopeKind.ESTABLISHMENT}),
    RoleKind.ESTABLISHMENT_DIRECTOR: frozenset({ScopeKind.ESTABLISHMENT}),
    RoleKind.GROUP_OFFICER: frozenset({ScopeKind.GROUP}),
    RoleKind.REGIONAL_AGENCY: frozenset({ScopeKind.TERRITORY}),
    RoleKind.NATIONAL_ANALYST: frozenset({ScopeKind.NATION}),
    RoleKind.DUTY_MANAGER: frozenset({ScopeKind.NATION}),
    RoleKind.STATISTICIAN: frozenset({ScopeKind.NATION, ScopeKind.TERRITORY}),
    RoleKind.FUNDER: frozenset({ScopeKind.NATION, ScopeKind.TERRITORY}),
    RoleKind.ANSSI_LIAISON: frozenset({ScopeKind.NATION}),
    # One establishment each time: it is the establishment that names its provider.
    RoleKind.PROVIDER: frozenset({ScopeKind.ESTABLISHMENT}),
    RoleKind.AUDITOR: frozenset({ScopeKind.NATION, ScopeKind.TERRITORY, ScopeKind.GROUP, ScopeKind.ESTABLISHMENT}),
    RoleKind.TECHNICAL_ADMINISTRATOR: frozenset({ScopeKind.NATION}),
}

# Whoever sees findings proves twice who they are; so does whoever gives roles.
SECOND_FACTOR = frozenset(
    {
        Right.FINDINGS,
        Right.EVIDENCE,
        Right.PERIMETER,
        Right.CAMPAIGNS,
        Right.INCIDENTS,
        Right.HANDLE_INCIDENTS,
        Right.PEOPLE,
        Right.PROVIDERS,
        Right.TRAIL,
    }
)
