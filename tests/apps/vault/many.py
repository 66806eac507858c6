"""Values that rest encrypted, many at once: for the tests that kill who brings them to another key."""

from django.utils import timezone

from tests.factories import UserFactory
from vigie.apps.accounts.models import Proof
from vigie.apps.vault.encryption import decrypt, encrypt

PURPOSE = "second-factor"


def fill(count: int) -> None:
    user, now = UserFactory(analyst=False), timezone.now()
    Proof.objects.bulk_create(
        Proof(
            user=user,
            kind="passkey",
            secret=encrypt(f"secret {number}".encode(), purpose=PURPOSE, about=user.pk),
            created_at=now,
        )
        for number in range(count)
    )


def readable() -> list[str]:
    rows = Proof.objects.order_by("pk").values_list("user_id", "secret")
    return [decrypt(secret, purpose=PURPOSE, about=user).decode() for user, secret in rows]
