"""People who sign in, and the roles that they hold over a scope of the registry."""

from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.scopes import Scope
from vigie.apps.vault.fields import EncryptedField

from .enums import ProofKind, RoleKind, ScopeKind
from .openid.models import OpenIdLink
from .rights import RIGHTS
from .tokens.models import AccessToken

__all__ = [
    "AccessToken", "OpenIdLink", "OpenSession", "Proof", "ProofQuerySet", "Role", "SignInFailure", "SignInLink", "User",
]  # fmt: skip


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A None password cannot be used to sign in: a one-time link is then the only way."""
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="fr")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_email_whatever_case")]

    @cached_property
    def held_roles(self) -> "tuple[Role, ...]":
        """What they were given and was not ended, read once per request; whether it is in force asks for a time."""
        return tuple(self.roles.filter(ended_at=None).select_related("delegated_from").order_by("pk"))

    def roles_at(self, now: datetime) -> "tuple[Role, ...]":
        return tuple(role for role in self.held_roles if role.is_in_force(now))

    def scope(self, right: Right, now: datetime) -> Scope:
        """Over whom they have this right: all their roles together. Being a superuser of Django gives none."""
        roles = [role for role in self.roles_at(now) if right in RIGHTS[role.kind]] if self.is_active else []
        anssi = [role for role in roles if role.kind == RoleKind.ANSSI_LIAISON]
        return Scope(
            day=timezone.localdate(now),
            nation=any(role.scope_kind == ScopeKind.NATION for role in roles if role not in anssi),
            territories=frozenset(role.territory_id for role in roles if role.territory_id),
            groups=frozenset(role.group_id for role in roles if role.group_id),
            establishments=frozenset(role.establishment_id for role in roles if role.establishment_id),
            essential=bool(anssi),
        )

    def reads_as_auditor(self, now: datetime) -> bool:
        return any(role.kind == RoleKind.AUDITOR for role in self.roles_at(now))

    def has(self, right: Right, now: datetime) -> bool:
        """Over anybody at all."""
        return not self.scope(right, now).is_empty


class RoleQuerySet(models.QuerySet["Role"]):
    def in_force(self, now: datetime) -> Self:
        own = Q(ended_at=None, valid_from__lte=now) & (Q(valid_until=None) | Q(valid_until__gt=now))
        source = Q(delegated_from__ended_at=None, delegated_from__valid_from__lte=now) & (
            Q(delegated_from__valid_until=None) | Q(delegated_from__valid_until__gt=now)
        )
        return self.filter(own).filter(Q(delegated_from=None) | source)


class Role(models.Model):
    """What a person may see and do, over whom, from when to when. Ended, never edited."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=24, choices=RoleKind)
    scope_kind = models.CharField(max_length=14, choices=ScopeKind)
    establishment = models.ForeignKey(Establishment, null=True, on_delete=models.CASCADE, related_name="roles")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="roles")
    territory = models.ForeignKey(Territory, null=True, on_delete=models.CASCADE, related_name="roles")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    # A delegation ends with the role that it comes from, whatever its own end.
    delegated_from = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="delegations")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope_kind="nation", establishment=None, group=None, territory=None)
                | Q(scope_kind="establishment", establishment__isnull=False, group=None, territory=None)
                | Q(scope_kind="group", establishment=None, group__isnull=False, territory=None)
                | Q(scope_kind="territory", establishment=None, group=None, territory__isnull=False),
                name="accounts_role_over_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="accounts_role_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(delegated_from=None) | Q(valid_until__isnull=False), name="accounts_delegation_has_an_end"
            ),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(ended_at=None), name="accounts_roles_held")]

    def is_in_force(self, now: datetime) -> bool:
        """The same rule as the QuerySet, on a row that was read."""
        if self.ended_at is not None or self.valid_from > now:
            return False
        if self.valid_until is not None and self.valid_until <= now:
            return False
        return self.delegated_from is None or self.delegated_from.is_in_force(now)

    @property
    def over(self) -> Establishment | Group | Territory | None:
        """None is the nation."""
        return self.establishment or self.group or self.territory


class ProofQuerySet(models.QuerySet["Proof"]):
    """Named, so that what returns one says so."""


class Proof(models.Model):
    """A second factor, or the codes on paper that replace one once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=12, choices=ProofKind)
    name = models.CharField(max_length=80, blank=True)  # of a passkey, in its owner's words
    secret = EncryptedField(purpose="second-factor", about="user_id")
    last_step = models.BigIntegerField(null=True)  # of the last code that was accepted: none opens twice
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=~Q(kind="passkey"), name="accounts_one_application_one_paper"
            )
        ]


class OpenSession(models.Model):
    """Where a person is signed in: what the list of their sessions shows, and ends."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    key = models.CharField(max_length=40, unique=True)  # of Django's own session
    agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField()
    opened_at = models.DateTimeField()


class SignInLink(models.Model):
    """A link that signs in once. Only the hash of its token is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class SignInFailure(models.Model):
    """A sign-in that failed, kept for a day to slow down whoever guesses."""

    email_sha256 = models.CharField(max_length=64)  # hashed: people type passwords in the wrong box
    address = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["email_sha256", "at"], name="accounts_failures_of"),
            models.Index(fields=["address", "at"], name="accounts_failures_from"),
        ]
