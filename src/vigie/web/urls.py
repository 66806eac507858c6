"""Where every page is."""

from django.urls import URLPattern, path

from . import health
from .pages import campaigns, establishments, findings, home, levels, perimeter, search, signin, territories
from .pages import vulnerabilities as vulns

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("link/<str:token>", signin.link, name="link"),
    path("language", signin.language, name="language"),
    path("theme", signin.theme, name="theme"),
    path("territories/<slug:kind>/<str:code>/", territories.territory, name="territory"),
    path("groups/<slug:kind>/<str:code>/", territories.group, name="group"),
    path("establishments/", establishments.establishments, name="establishments"),
    path("establishments/<str:finess>/", establishments.establishment, name="establishment"),
    path("establishments/<str:finess>/perimeter/", perimeter.perimeter, name="perimeter"),
    path("establishments/<str:finess>/perimeter/declare", perimeter.declare, name="declare-asset"),
    path("establishments/<str:finess>/perimeter/assets/<int:pk>/end", perimeter.end, name="end-asset"),
    path("establishments/<str:finess>/mandates/grant", perimeter.grant, name="grant-mandate"),
    path("establishments/<str:finess>/mandates/<int:pk>/withdraw", perimeter.withdraw, name="withdraw-mandate"),
    path("levels/<int:pk>/", levels.level, name="level"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("vulnerabilities/", vulns.vulnerabilities, name="vulnerabilities"),
    path("vulnerabilities/<str:cve>/", vulns.vulnerability, name="vulnerability"),
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
