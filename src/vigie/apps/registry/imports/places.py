"""The territories, in memory while one file is read."""

from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.registry.models import Territory
from vigie.sources.tables import folded


class Places:
    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._codes: dict[int, str] = {}
        self._invented: set[str] = set()
        self._regions: dict[str, Territory] = {}
        for territory in Territory.objects.order_by("id"):
            if territory.kind == TerritoryKind.DEPARTMENT:
                self._ids[territory.code] = territory.pk
                self._codes[territory.pk] = territory.code
                if territory.invented:
                    self._invented.add(territory.code)
            elif territory.kind == TerritoryKind.REGION:
                self._regions[folded(territory.name)] = territory
                self._regions[territory.code] = territory

    def department_id(self, code: str) -> int | None:
        return self._ids.get(code)

    def code(self, department_id: int | None) -> str:
        return self._codes.get(department_id, "") if department_id is not None else ""

    def is_invented(self, code: str) -> bool:
        return code in self._invented

    def region(self, name_or_code: str) -> Territory | None:
        """The region of that name, whatever its accents and its case, or of that INSEE code."""
        return self._regions.get(folded(name_or_code)) or self._regions.get(name_or_code)
