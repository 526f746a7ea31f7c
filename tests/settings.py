"""The project's settings, and a second database that nothing uses by itself."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES as OURS

DATABASES = {
    **OURS,
    "elsewhere": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "TEST": {"MIGRATE": False},
    },
}
