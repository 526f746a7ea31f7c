"""What may be done to a version with one button."""

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from workflows import services
from workflows.admin.effects import Doing, Effect
from workflows.models import WorkflowVersion


def _enable(doing: Doing) -> WorkflowVersion:
    return services.enable(doing.target, doing.now)


def _disable(doing: Doing) -> WorkflowVersion:
    return services.disable(doing.target)


def _copy(doing: Doing) -> WorkflowVersion:
    return services.copy_as_version(doing.target)


def _copy_as_new(doing: Doing) -> WorkflowVersion:
    return services.copy_as_new(doing.target, user=doing.user)


ENABLE = Effect(
    name="enable",
    permission="enable",
    label=_("Enable"),
    bulk_label=_("Enable selected workflows"),
    done=_("Enabled: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d workflow was enabled.", "%(count)d workflows were enabled.", "count"
    ),
    apply=_enable,
)
DISABLE = Effect(
    name="disable",
    permission="enable",
    label=_("Disable"),
    bulk_label=_("Disable selected workflows"),
    done=_("Disabled: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d workflow was disabled.",
        "%(count)d workflows were disabled.",
        "count",
    ),
    apply=_disable,
)
COPY_AS_VERSION = Effect(
    name="copy_as_version",
    permission="change",
    label=_("Copy as version"),
    bulk_label=_("Copy selected workflows as new versions"),
    done=_("Copied as a new version: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d workflow got a new version.",
        "%(count)d workflows got a new version.",
        "count",
    ),
    apply=_copy,
    creates=True,
)
COPY_AS_NEW = Effect(
    name="copy_as_new",
    permission="add",
    label=_("Copy as new"),
    bulk_label=_("Copy selected workflows as new workflows"),
    done=_("Copied as a new workflow: %(target)s."),
    many_done=ngettext_lazy(
        "%(count)d workflow was copied.", "%(count)d workflows were copied.", "count"
    ),
    apply=_copy_as_new,
    creates=True,
)
VERSION_EFFECTS = (ENABLE, DISABLE, COPY_AS_VERSION, COPY_AS_NEW)
