"""Where every address of the site leads."""

from django.urls import include, path

urlpatterns = [
    path("taxii2/", include("vigie.api.taxii", namespace="taxii")),
    path("api/v1/", include("vigie.api.urls", namespace="api")),
    path("", include("vigie.web.urls", namespace="web")),
]
