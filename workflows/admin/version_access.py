"""Who may do what to a version: the admin of its workflow answers."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from workflows.admin.effects import EffectAdmin
from workflows.models import Execution, Workflow, WorkflowVersion


class VersionAccess(EffectAdmin):
    """Permissions of versions, their log, and what every page about one shows."""

    def frame(self, request: HttpRequest, version: WorkflowVersion) -> dict[str, Any]:
        """Give what every page about a version shows."""
        return {
            "original": version,
            "version": version,
            "workflow": version.workflow,
            "title": _("Version %(number)s") % {"number": version.number},
            "subtitle": version.workflow.title,
            "may": self.rights(request, version),
        }

    def revision(self, request: HttpRequest) -> int:
        """Read the revision that the person saw; 0 is none, so that it conflicts."""
        text = request.POST.get("revision", "")
        return int(text) if text.isdecimal() else 0

    def note(self, request: HttpRequest, target: Any, outcome: Any, text: str) -> None:
        """Log it with the workflow; a copy has a log of its own from here on."""
        self.workflows.log_change(request, target.workflow, text)
        if outcome is not None and outcome.pk != target.pk:
            self.log_addition(request, outcome, text)

    @property
    def workflows(self) -> Any:
        """The admin of workflows on the same site."""
        return self.admin_site.get_model_admin(Workflow)

    def rights(self, request: HttpRequest, version: WorkflowVersion) -> dict[str, bool]:
        found: dict[str, bool] = self.workflows.rights(request, version.workflow)
        tests = self.granted(request, "test_node")
        return {**found, "test": tests, "see_runs": self.sees_runs(request)}

    def sees_runs(self, request: HttpRequest) -> bool:
        """Results of nodes are for those who may see executions."""
        runs = self.admin_site.get_model_admin(Execution)
        return bool(runs.has_view_permission(request))

    def _asked(self, request: HttpRequest, name: str, obj: Any) -> bool:
        workflow = obj.workflow if obj is not None else None
        return bool(self.workflows.may(request, name, workflow))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asked(request, "view", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asked(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asked(request, "delete", obj)

    def has_enable_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asked(request, "enable", obj)

    def has_execute_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._asked(request, "execute", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.workflows.may(request, "add"))

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Stay out of the index."""
        return {}
