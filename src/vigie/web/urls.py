"""Where every page is."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from . import (
    cell_routes,
    disclosure_routes,
    fix_routes,
    group_audit_routes,
    health,
    incident_learning_routes,
    incident_routes,
    notice_routes,
    people_routes,
    perimeter_routes,
    shared_incident_routes,
    sighting_routes,
    watch_routes,
)
from . import converters as converters  # registers them before any route is read
from .access import ESTABLISHMENT, FINDING, GROUP, LEVEL, TERRITORY, for_whoever_signed_in, needs
from .pages import (
    account,
    campaigns,
    cards,
    decisions,
    establishments,
    feeds,
    findings,
    home,
    levels,
    perimeter,
    search,
    secondfactor,
    signin,
    territories,
    tokens,
)
from .pages import vulnerabilities as vulns

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", for_whoever_signed_in(home.home), name="home"),
    path("search", for_whoever_signed_in(search.search), name="search"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-out", for_whoever_signed_in(signin.sign_out, before_proof=True), name="sign-out"),
    path("link/<slug:token>", signin.link, name="link"),
    path("account/", for_whoever_signed_in(account.account), name="account"),
    path("account/password", for_whoever_signed_in(account.password), name="password"),
    path("account/sessions/<int:pk>/end", for_whoever_signed_in(account.end), name="end-session"),
    path("account/tokens", for_whoever_signed_in(tokens.tokens), name="tokens"),
    path("account/tokens/<int:pk>/revoke", for_whoever_signed_in(tokens.revoke), name="revoke-token"),
    path("account/second-factor", for_whoever_signed_in(secondfactor.enrol, before_proof=True), name="enrol"),
    path("account/second-factor/<int:pk>/remove", for_whoever_signed_in(secondfactor.remove), name="remove-proof"),
    path(
        "second-factor",
        for_whoever_signed_in(secondfactor.challenge, before_proof=True),
        name="second-factor",
    ),
    path(
        "second-factor/passkey/options",
        for_whoever_signed_in(secondfactor.passkey_options, before_proof=True),
        name="passkey-options",
    ),
    path("second-factor/passkey", for_whoever_signed_in(secondfactor.passkey, before_proof=True), name="passkey"),
    path("language", signin.language, name="language"),
    path("theme", signin.theme, name="theme"),
    path(
        "territories/<slug:kind>/<printed:code>/",
        needs(Right.AGGREGATES, of=TERRITORY)(territories.territory),
        name="territory",
    ),
    path("groups/<slug:kind>/<printed:code>/", needs(Right.AGGREGATES, of=GROUP)(territories.group), name="group"),
    path("establishments/", needs(Right.LEVELS)(establishments.establishments), name="establishments"),
    path(
        "establishments/<slug:finess>/",
        needs(Right.LEVELS, of=ESTABLISHMENT)(establishments.establishment),
        name="establishment",
    ),
    path("establishments/<slug:finess>/card/", needs(Right.EVIDENCE, of=ESTABLISHMENT)(cards.card), name="card"),
    path("establishments/<slug:finess>/card.pdf", needs(Right.EVIDENCE, of=ESTABLISHMENT)(cards.pdf), name="card-pdf"),
    path(
        "establishments/<slug:finess>/perimeter/",
        needs(Right.PERIMETER, of=ESTABLISHMENT)(perimeter.perimeter),
        name="perimeter",
    ),
    path(
        "establishments/<slug:finess>/perimeter/declare",
        needs(Right.DECLARE, of=ESTABLISHMENT)(perimeter.declare),
        name="declare-asset",
    ),
    path(
        "establishments/<slug:finess>/perimeter/assets/<int:pk>/end",
        needs(Right.DECLARE, of=ESTABLISHMENT)(perimeter.end),
        name="end-asset",
    ),
    path(
        "establishments/<slug:finess>/mandates/grant",
        needs(Right.GRANT, of=ESTABLISHMENT)(perimeter.grant),
        name="grant-mandate",
    ),
    path(
        "establishments/<slug:finess>/mandates/<int:pk>/withdraw",
        needs(Right.GRANT, of=ESTABLISHMENT)(perimeter.withdraw),
        name="withdraw-mandate",
    ),
    path("levels/<int:pk>/", needs(Right.LEVELS, Right.AGGREGATES, of=LEVEL)(levels.level), name="level"),
    path("findings/", needs(Right.FINDINGS)(findings.findings), name="findings"),
    path("findings/<int:pk>/", needs(Right.FINDINGS, of=FINDING)(findings.finding), name="finding"),
    path(
        "findings/<int:pk>/acknowledge", needs(Right.ACT, of=FINDING)(decisions.acknowledge), name="acknowledge-finding"
    ),
    path("findings/<int:pk>/fixed", needs(Right.ACT, of=FINDING)(decisions.declare_fix), name="declare-fix"),
    path("findings/<int:pk>/retest", needs(Right.ACT, of=FINDING)(decisions.retest), name="retest-finding"),
    path("findings/<int:pk>/retest/answer", needs(Right.FINDINGS, of=FINDING)(decisions.answer), name="retest-answer"),
    path(
        "findings/<int:pk>/measures/<int:measure>/verify",
        needs(Right.ACT, of=FINDING)(decisions.verify),
        name="verify-measure",
    ),
    path("findings/<int:pk>/<slug:step>", needs(Right.ACT, of=FINDING)(decisions.decide), name="decide-finding"),
    path("vulnerabilities/", needs(Right.EVIDENCE)(vulns.vulnerabilities), name="vulnerabilities"),
    path("vulnerabilities/<slug:cve>/", needs(Right.EVIDENCE)(vulns.vulnerability), name="vulnerability"),
    path("feeds/", needs(Right.CAMPAIGNS, Right.STOP)(feeds.feeds), name="feeds"),
    path("campaigns/", needs(Right.CAMPAIGNS)(campaigns.campaigns), name="campaigns"),
    path("campaigns/new", needs(Right.LAUNCH)(campaigns.new_campaign), name="new-campaign"),
    path("campaigns/<int:pk>/", needs(Right.CAMPAIGNS)(campaigns.campaign), name="campaign"),
    path("campaigns/<int:pk>/progress", needs(Right.CAMPAIGNS)(campaigns.progress), name="campaign-progress"),
    path("campaigns/<int:pk>/judge", needs(Right.LAUNCH)(campaigns.judge), name="judge-campaign"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("stop", needs(Right.STOP, at_once=True)(campaigns.stop), name="stop"),
    *disclosure_routes.ROUTES,
    *fix_routes.ROUTES,
    *group_audit_routes.ROUTES,
    *notice_routes.ROUTES,
    *incident_learning_routes.ROUTES,
    *incident_routes.ROUTES,
    *cell_routes.ROUTES,
    *perimeter_routes.ROUTES,
    *people_routes.ROUTES,
    *shared_incident_routes.ROUTES,
    *sighting_routes.ROUTES,
    *watch_routes.ROUTES,
]
