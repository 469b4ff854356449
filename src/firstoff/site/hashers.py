"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at m = 19 MiB, t = 2, p = 1: the OWASP Password Storage Cheat Sheet's setting.

    Django's own (100 MiB on eight threads) takes most of a second on a busy two-core machine,
    and a signature asks for the password each time.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
