"""The admin looks as django-jazzmin has it."""

from tests.admin_pages.settings import *  # noqa: F403
from tests.admin_pages.settings import INSTALLED_APPS as OURS, WORKFLOWS as WITHOUT

INSTALLED_APPS = ["jazzmin", *OURS]
#: Its own scripts are written into the pages.
WORKFLOWS = {**WITHOUT, "CONTENT_SECURITY_POLICY": ""}
#: Its fonts come from elsewhere.
JAZZMIN_SETTINGS = {"use_google_fonts_cdn": False}
