"""Which role may see or do what, and over what it can be given: the table that every page obeys."""

from vigie.apps.registry.enums import Right

from .enums import RoleKind, ScopeKind

_READ = frozenset({Right.LEVELS, Right.COUNTS, Right.FINDINGS, Right.EVIDENCE, Right.PERIMETER})
_ALL_READ = _READ | {Right.AGGREGATES, Right.CAMPAIGNS}

#   role -> what it may see and do within its scope
RIGHTS: dict[str, frozenset[Right]] = {
    RoleKind.ESTABLISHMENT_OFFICER: _READ | {Right.ACT, Right.DECLARE},
    # The director signs: the mandate is theirs to give.
    RoleKind.ESTABLISHMENT_DIRECTOR: _READ | {Right.ACT, Right.DECLARE, Right.GRANT},
    RoleKind.GROUP_OFFICER: _READ | {Right.AGGREGATES, Right.ACT, Right.DECLARE},
    # Levels, numbers and overdue dates; never what the weakness is nor where.
    RoleKind.REGIONAL_AGENCY: frozenset({Right.AGGREGATES, Right.LEVELS, Right.COUNTS}),
    RoleKind.NATIONAL_ANALYST: _ALL_READ | {Right.ACT, Right.DECLARE, Right.GRANT, Right.LAUNCH, Right.STOP},
    RoleKind.DUTY_MANAGER: _ALL_READ | {Right.ACT, Right.DECLARE, Right.GRANT, Right.LAUNCH, Right.STOP},
    # Aggregates only: without LEVELS no establishment is named, so COUNTS are counts of many.
    RoleKind.STATISTICIAN: frozenset({Right.AGGREGATES, Right.COUNTS}),
    RoleKind.FUNDER: frozenset({Right.AGGREGATES, Right.LEVELS}),
    # Only over the essential operators that agreed: User.scope.
    RoleKind.ANSSI_LIAISON: frozenset({Right.LEVELS, Right.COUNTS, Right.FINDINGS, Right.EVIDENCE}),
    RoleKind.PROVIDER: _READ,
    RoleKind.AUDITOR: _ALL_READ,  # every page that they read is an event
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
SECOND_FACTOR = frozenset({Right.FINDINGS, Right.EVIDENCE, Right.PERIMETER, Right.CAMPAIGNS, Right.PEOPLE})
