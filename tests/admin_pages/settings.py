"""The project's settings; mails go nowhere, and pages ask nothing by themselves."""

from config.settings import *  # noqa: F403
from config.settings import WORKS as OURS

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WORKS = {
    **OURS,
    "CONDITIONS": "tests.handlers.device.Fake",
    "LISTENING_PAGES": False,
}
