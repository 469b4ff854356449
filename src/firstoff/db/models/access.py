"""Sites, people, what they may do and have learnt, their signatures and tokens."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from firstoff.db.models.ledger import Record
from firstoff.terms import Role


class Site(models.Model):
    """A plant or a team's place: people see the sites where they have a role, and no other."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who signs in. Retired rather than deleted: records refer to them."""

    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name or self.username


class RoleGrant(Record):
    """A role given at a site, or taken back; the latest for (person, site, role) holds."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    site = models.ForeignKey(Site, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    granted = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["person", "site", "role", "id"], name="grant_latest")]

    def __str__(self) -> str:
        return f"{self.person} {'+' if self.granted else '-'}{self.role} at {self.site}"


class Training(Record):
    """What a person has learnt, and until when it holds (R-35)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="trainings")
    skill = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.skill}"


class Signature(Record):
    """A name, a time and a meaning, bound to what was signed (21 CFR 11.50, 11.70).

    ``by`` is the signer; ``content_digest`` is the SHA-256 of the canonical JSON signed.
    """

    meaning = models.TextField()
    role = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    content_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.meaning} ({self.by})"


class ApiToken(models.Model):
    """A key for a person or a station. Only its hash is kept; revoked, never deleted."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="tokens")
    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=120)
    station = models.CharField(max_length=120, blank=True)  # set: the token is a station's
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.CharField(max_length=300)  # space-separated
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SignInAttempt(models.Model):
    """What throttling counts; swept after a day."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["username", "at"], name="attempt_by_name")]

    def __str__(self) -> str:
        return f"{self.username} {self.at}"
