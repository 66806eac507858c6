"""vigie import: bring in the registry, the survey, the groups, the perimeters and mandates, other tools' reports."""

from . import registry, perimeter, contacts, incidents, scanner  # noqa: I001 -- the order that the help shows
from .options import app

__all__ = ["app", "contacts", "incidents", "perimeter", "registry", "scanner"]
