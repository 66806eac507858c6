from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "vigie.apps.vault"
    label = "vault"
