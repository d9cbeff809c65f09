"""pretix as we run it: its own settings, with a cache in the memory of each process.

Without Redis pretix caches nothing at all. Nothing but orders changes while it is measured, so
that memory is as good as the Redis that its documentation asks for, and nearer.
"""

from pretix.settings import *  # noqa: F403 that is how Django's settings are extended

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REAL_CACHE_USED = True


class NoMigrations:
    """Makes the tables from the models as they are, as pretix's own tests do.

    Nothing is in them yet that could be migrated, and the 350 steps would take minutes.
    """

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None

    def setdefault(self, app: str, default: None = None) -> None:
        """Do nothing: Django offers a default for some of its own."""


MIGRATION_MODULES = NoMigrations()
