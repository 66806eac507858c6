from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "vigie.apps.observatory"
    label = "observatory"
    default_auto_field = "django.db.models.BigAutoField"
