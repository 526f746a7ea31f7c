from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class HandlersConfig(AppConfig):
    name = "handlers"
    verbose_name = _("Handlers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app may have one readable table of its types of handlers.
        autodiscover_modules("action_types")
        # ... and one module of functions that workflows may call.
        autodiscover_modules("workflow_functions")
