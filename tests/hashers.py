from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """The portal's way of hashing at the least cost; at the full one a user takes a quarter of a second."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
