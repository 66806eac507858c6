"""Where incidents of providers are opened by the cell and confirmed by structures."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import needs
from .pages import shared_incidents, touched

SAYS, HANDLES = Right.DECLARE_INCIDENT, Right.HANDLE_INCIDENTS
ROUTES: list[URLPattern] = [
    path("incidents/shared/", needs(SAYS)(shared_incidents.shared_incidents), name="shared-incidents"),
    path("incidents/shared/new", needs(HANDLES)(shared_incidents.open_shared), name="open-shared-incident"),
    path("incidents/shared/<int:pk>/", needs(HANDLES)(shared_incidents.shared_incident), name="shared-incident"),
    path("incidents/shared/<int:pk>/ask", needs(HANDLES)(shared_incidents.ask), name="ask-structures"),
    # No account: the link of a message that was sent to a contact.
    path("incidents/touched/<slug:token>", touched.by_mail, name="touched-by-mail"),
    path("incidents/shared/<int:pk>/touched", needs(SAYS)(shared_incidents.touched), name="incident-touches"),
]
