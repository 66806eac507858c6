"""Where the pages of the watch are: the alerts of the nation, products, ranges, what one follows."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right
from vigie.apps.watch.guard import NATIONAL_ALERT

from .access import for_whoever_signed_in, needs
from .pages import alerts, exposed, priority, products, watching

ROUTES: list[URLPattern] = [
    path("alerts/", needs(Right.EVIDENCE)(alerts.alerts), name="alerts"),
    path("alerts/<int:pk>/", needs(Right.EVIDENCE, of=NATIONAL_ALERT)(alerts.alert), name="alert"),
    path("alerts/<int:pk>/judge", needs(Right.LAUNCH, of=NATIONAL_ALERT)(alerts.judge), name="judge-alert"),
    path("exposed/", needs(Right.EVIDENCE)(exposed.to_range), name="exposed-to-range"),
    path("priority/", for_whoever_signed_in(priority.priority), name="priority"),
    path("products/", needs(Right.EVIDENCE, Right.AGGREGATES)(products.products), name="products"),
    path("products/<str:name>/", needs(Right.EVIDENCE, Right.AGGREGATES)(products.product), name="product"),
    path("watch/", needs(Right.EVIDENCE)(watching.watching), name="watching"),
    path("watch/open/<str:token>", watching.opened, name="opened-watch"),  # their address is the key: no account
    path("watch/<int:pk>/end", needs(Right.EVIDENCE)(watching.end), name="end-watching"),
]
