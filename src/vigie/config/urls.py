"""Where every address of the site leads."""

from django.urls import include, path

urlpatterns = [path("", include("vigie.web.urls", namespace="web"))]
