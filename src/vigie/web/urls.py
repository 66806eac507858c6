"""Where every page is."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from . import health
from .pages import (
    campaigns,
    cards,
    decisions,
    establishments,
    findings,
    home,
    levels,
    perimeter,
    search,
    signin,
    territories,
)
from .pages import vulnerabilities as vulns


class Printed(StringConverter):
    """A code of others' making: anything on one line; PostgreSQL would refuse a NUL."""

    regex = r"[^/\x00-\x1f]+"


register_converter(Printed, "printed")

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("link/<slug:token>", signin.link, name="link"),
    path("language", signin.language, name="language"),
    path("theme", signin.theme, name="theme"),
    path("territories/<slug:kind>/<printed:code>/", territories.territory, name="territory"),
    path("groups/<slug:kind>/<printed:code>/", territories.group, name="group"),
    path("establishments/", establishments.establishments, name="establishments"),
    path("establishments/<slug:finess>/", establishments.establishment, name="establishment"),
    path("establishments/<slug:finess>/card/", cards.card, name="card"),
    path("establishments/<slug:finess>/card.pdf", cards.pdf, name="card-pdf"),
    path("establishments/<slug:finess>/perimeter/", perimeter.perimeter, name="perimeter"),
    path("establishments/<slug:finess>/perimeter/declare", perimeter.declare, name="declare-asset"),
    path("establishments/<slug:finess>/perimeter/assets/<int:pk>/end", perimeter.end, name="end-asset"),
    path("establishments/<slug:finess>/mandates/grant", perimeter.grant, name="grant-mandate"),
    path("establishments/<slug:finess>/mandates/<int:pk>/withdraw", perimeter.withdraw, name="withdraw-mandate"),
    path("levels/<int:pk>/", levels.level, name="level"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/acknowledge", decisions.acknowledge, name="acknowledge-finding"),
    path("findings/<int:pk>/fixed", decisions.declare_fix, name="declare-fix"),
    path("findings/<int:pk>/retest", decisions.retest, name="retest-finding"),
    path("findings/<int:pk>/retest/answer", decisions.answer, name="retest-answer"),
    path("findings/<int:pk>/measures/<int:measure>/verify", decisions.verify, name="verify-measure"),
    path("findings/<int:pk>/<slug:step>", decisions.decide, name="decide-finding"),
    path("vulnerabilities/", vulns.vulnerabilities, name="vulnerabilities"),
    path("vulnerabilities/<slug:cve>/", vulns.vulnerability, name="vulnerability"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new", campaigns.new_campaign, name="new-campaign"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/progress", campaigns.progress, name="campaign-progress"),
    path("campaigns/<int:pk>/judge", campaigns.judge, name="judge-campaign"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("stop", campaigns.stop, name="stop"),
]
