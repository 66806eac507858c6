from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "vigie.apps.incidents"
    label = "incidents"
