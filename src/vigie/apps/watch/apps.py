from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "vigie.apps.watch"
    label = "watch"
