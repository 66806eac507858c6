from django.conf import settings
from django.db import models


class OpenIdLink(models.Model):
    """An identity at a provider that opens an account here. The e-mail address that it tells opens nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="openid_links")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    email = models.CharField(max_length=254, blank=True)  # as the provider told it when it was linked: to recognise it
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_openid_identity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="accounts_openid_one_identity_each"),
        ]
