"""Who may do what: users, roles, teams, territories, keys."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from rantai.kernel.fields import TranslatedField


class UserManager(BaseUserManager["User"]):
    """Finds users by e-mail without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user who signs in with this address."""
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who signs in: staff, or a partner tied to parties."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, default="staff")
    language = models.CharField(max_length=10, blank=True, help_text="empty: as the browser asks")
    zone = models.CharField(max_length=60, blank=True, help_text="IANA time zone; empty: the company's")
    theme = models.CharField(max_length=6, default="system", help_text="light, dark or system")
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False, help_text="may do everything, users included")
    hides_cost = models.BooleanField(default=False, help_text="sees no cost and no margin")
    roles = models.ManyToManyField("foundation_access.Role", blank=True, related_name="users")
    teams = models.ManyToManyField("foundation_access.Team", blank=True, related_name="members")
    parties = models.ManyToManyField("foundation_parties.Party", blank=True, related_name="users")
    digest = models.CharField(max_length=7, default="daily", help_text="notifications by mail: now, daily, never")
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True)

    objects = UserManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["staff", "partner"]), name="user_kind_legal")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> str:
        """The string by which the kernel knows this user."""
        return f"user:{self.pk}"

    @property
    def is_staff(self) -> bool:
        """Whether this is one of us."""
        return self.kind == "staff"

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether a role of the user holds the permission, such as 'orders.confirm'."""
        # Backends that know passwords inherit Django's permission tables, which this user does not have.
        askable = [backend for backend in get_backends() if getattr(backend, "knows_roles", False)]
        return any(backend.has_perm(self, perm, obj=obj) for backend in askable)

    def has_perms(self, perm_list: Iterable[str], obj: models.Model | None = None) -> bool:
        """Tell whether the user holds every permission."""
        return all(self.has_perm(perm, obj) for perm in perm_list)


class Role(models.Model):
    """A named set of permissions."""

    code = models.CharField(max_length=40, unique=True)
    name = TranslatedField()
    permissions = models.JSONField(default=list, help_text="permission names such as 'orders.confirm'")
    is_builtin = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class Territory(models.Model):
    """A node of the one tree that assignment, prices, targets, forecasts and routes share."""

    code = models.CharField(max_length=40, unique=True)
    name = TranslatedField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, blank=True, help_text="codes from the root, each followed by a slash")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path"], name="territory_path")]

    def __str__(self) -> str:
        return self.code


class Team(models.Model):
    """People who work together, for a territory or all of them."""

    code = models.CharField(max_length=40, unique=True)
    name = TranslatedField()
    territory = models.ForeignKey(Territory, null=True, blank=True, on_delete=models.PROTECT)
    lead = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")


class ApiKey(models.Model):
    """A machine's key, stored as a hash."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, help_text="what is shown of the key")
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    user = models.ForeignKey(User, on_delete=models.PROTECT, help_text="for whom it acts")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class LinkToken(models.Model):
    """A link for somebody without account: 128 random bits, stored as a hash."""

    purpose = models.CharField(max_length=30, help_text="track, answer, invite …")
    token_hash = models.CharField(max_length=64, unique=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    party = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="link_token_subject")]


class SavedView(models.Model):
    """A list as somebody wants to find it again: its address."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    page = models.CharField(max_length=80, help_text="URL name")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=800)
    is_shared = models.BooleanField(default=False)
