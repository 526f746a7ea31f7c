"""Makes Django ready for django-q2 as a peer; to be imported before it."""

from urllib.parse import urlsplit

import django
import race
from django.conf import settings

place = urlsplit(race.url())
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": place.path.strip("/"),
            "USER": place.username,
            "PASSWORD": place.password or "",
            "HOST": place.hostname,
            "PORT": place.port or 5432,
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django_q"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    SECRET_KEY="benchmark",  # noqa: S106 - of a private database
    Q_CLUSTER={
        "name": "peer",
        "orm": "default",
        "workers": race.WORKERS,
        "timeout": 60,
        "retry": 90,
    },
)
django.setup()
