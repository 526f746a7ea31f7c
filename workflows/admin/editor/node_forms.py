"""The forms of one node: what all nodes have, and what its type asks for."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from workflows import registry
from workflows.admin.forms import FrameForm
from workflows.admin.pages import closed
from workflows.forms import ConfigForm
from workflows.graph import Node
from workflows.models import WorkflowVersion
from workflows.option_forms import NodeOptionsForm
from workflows.services import scope_at, trigger_names


@dataclass
class NodeForms:
    """The forms of a node: what all have, and what its type asks for."""

    frame: forms.Form
    options: NodeOptionsForm
    config: ConfigForm | None

    def are_valid(self) -> bool:
        # Both are asked, so that both show their errors.
        both = self.frame.is_valid(), self.options.is_valid()
        config = self.config is None or self._config()
        return all(both) and config

    def _config(self) -> bool:
        return self.config is not None and self.config.is_valid()

    def values(self) -> dict[str, Any]:
        """Give the properties of the node to store."""
        config = {"config": self.config.config} if self.config else {}
        return {**self.frame.cleaned_data, **self.options.properties, **config}

    def close(self) -> None:
        closed(self.frame)
        closed(self.options)
        if self.config is not None:
            closed(self.config)


def forms_of(
    version: WorkflowVersion, node: Node, data: QueryDict | None = None
) -> NodeForms:
    """Make the forms of a node of a version."""
    frame = FrameForm(data, initial=node, prefix="node")
    options = NodeOptionsForm.of_node(node, data, prefix="options")
    if node["type"] not in registry.nodes:
        return NodeForms(frame, options, None)
    form_class = registry.nodes.get(node["type"]).form_class
    defaults = {name: each.initial for name, each in form_class.base_fields.items()}
    initial = {**defaults, **form_class.flat(node.get("config") or {})}
    scope = scope_at(version.definition, node["key"], trigger_names(version))
    config = form_class(data, initial=initial, prefix="config", scope=scope)
    for field in config.fields.values():
        if getattr(field, "takes_expressions", False):
            # Scripts offer names there, and show what it would give.
            field.widget.attrs |= {"data-wf-expression": "", "spellcheck": "false"}
    return NodeForms(frame, options, config)
