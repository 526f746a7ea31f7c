"""A line in the log."""

import logging
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handlers.work.hiding import hidden
from workflows.codec import readable
from workflows.contracts import (
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.forms import NodeForm, TextExpression

#: What the project's LOGGING may name, to send these lines elsewhere.
logger = logging.getLogger("workflows.log")
#: Characters of a line that are kept.
LONGEST = 10_000
LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class LogForm(NodeForm):
    """Says what is written, and how grave it is."""

    level = forms.ChoiceField(
        label=_("Level"),
        initial="info",
        choices=[
            ("debug", _("debug")),
            ("info", _("information")),
            ("warning", _("warning")),
            ("error", _("error")),
        ],
    )
    message = TextExpression(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Order {{ trigger.data.number }} is too large."),
    )


class Log(NodeHandler):
    """Gives the line. Values called password, token or the like are hidden in it.

    It stands in the log of the node, and goes to the logger `workflows.log` of Django,
    in one line. After a crash it may be written twice.
    """

    type = "log"
    faults = ()
    title = _("Log")
    group = "outside"
    description = _("Writes a line into the log of the execution and of Django.")
    form_class = LogForm

    def run(self, run: NodeRun) -> NodeResult:
        text = hidden(readable(run.config["message"], LONGEST))
        level = run.config["level"]
        # A line break would let a value write lines of its own.
        line = " ".join(text.splitlines())
        logger.log(
            LEVELS[level], "execution %s, node %s: %s", run.execution_id, run.key, line
        )
        return Succeeded(text, log=f"{level.upper()} {text}")

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return Shape(Kind.TEXT)
