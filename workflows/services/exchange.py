"""Workflows as JSON documents: taken along to another site, or kept as templates.

A document is `{"format", "title", "description", "trigger": {"type", "config"},
"options", "synchronous", "definition"}`. Connections are in it by their names, other
workflows as `{"$workflow": title}`; secrets are not.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from workflows import registry
from workflows.codec import decode, encode
from workflows.contracts import Template
from workflows.exceptions import DocumentRefused, InvalidDefinition, ResultNotStorable
from workflows.expressions import is_expression
from workflows.forms import ConfigForm
from workflows.graph import Definition, check, walk
from workflows.models import Workflow, WorkflowVersion
from workflows.options import Options
from workflows.services.versions import create

FORMAT = "punctual.workflow/1"
#: Characters that a document may have.
LARGEST = 1_048_576
#: Where another workflow is meant, its title stands under this key.
REFERENCE = "$workflow"
_PARTS = {
    "format": str,
    "title": str,
    "description": str,
    "trigger": dict,
    "options": dict,
    "synchronous": bool,
    "definition": dict,
}
_NEEDED = ("format", "title", "trigger", "definition")
#: Names of settings and headers whose constant values stay here.
_SECRET = re.compile(
    r"authorization|cookie|passw(or)?d|secret|token|api[-_]?key", re.IGNORECASE
)

Refer = Callable[[Any], Any]


def export(version: WorkflowVersion) -> dict[str, Any]:
    """Write a version as a document; it holds nothing that is secret."""
    titles = dict(Workflow.objects.values_list("pk", "title"))

    def refer(pk: Any) -> Any:
        return {REFERENCE: titles[pk]} if pk in titles else None

    trigger = _trigger_form(version.trigger_type)
    config = _without_secrets(_referring(version.trigger_config, trigger, refer))
    return {
        "format": FORMAT,
        "title": version.workflow.title,
        "description": version.workflow.description,
        "trigger": {"type": version.trigger_type, "config": config},
        "options": version.options,
        "synchronous": version.synchronous,
        "definition": _mapped(version.definition, _without_secrets, refer),
    }


def import_text(text: str, *, user: Any = None) -> WorkflowVersion:
    """Create a workflow from the text of a document; see `import_document`."""
    if len(text) > LARGEST:
        message = gettext("The document has more than %(n)s characters.")
        raise DocumentRefused(message % {"n": LARGEST})
    try:
        document = decode(text)
    except (ValueError, RecursionError):
        raise DocumentRefused(gettext("The document is no JSON.")) from None
    return import_document(document, user=user)


def import_document(
    document: object, *, known: Mapping[str, int] | None = None, user: Any = None
) -> WorkflowVersion:
    """Create a workflow from a document: disabled, its counters at 0.

    Node and trigger types must exist, settings may be incomplete: what is wrong with
    them is on the page of the draft. Workflows that it refers to are found by title,
    first among `known`; one that is not found leaves its setting empty. Raises
    `DocumentRefused`, and `InvalidDefinition` for the shape of the definition.
    """
    given = _checked(document)
    trigger, definition = given["trigger"], given["definition"]
    titles = dict(Workflow.objects.present().values_list("title", "pk"))
    titles |= known or {}

    def refer(value: Any) -> Any:
        is_reference = isinstance(value, Mapping) and set(value) == {REFERENCE}
        return titles.get(value[REFERENCE]) if is_reference else value

    form = _trigger_form(trigger["type"])
    return create(
        given["title"],
        trigger["type"],
        _read(form, _referring(trigger.get("config") or {}, form, refer)),
        description=given.get("description", ""),
        user=user,
        options=given.get("options") or {},
        synchronous=given.get("synchronous", False),
        definition=_mapped(definition, dict, refer),
    )


def _read(
    form_class: type[ConfigForm] | None, config: Mapping[str, Any]
) -> dict[str, Any]:
    """Read settings as their form does: a text for a moment becomes one.

    Wrong ones stay as they are; the page of the draft says what is wrong.
    """
    form = form_class.for_config(config) if form_class else None
    read = form.config if form is not None and form.is_valid() else {}
    return {name: read.get(name, value) for name, value in config.items()}


def create_from_template(name: str, *, user: Any = None) -> WorkflowVersion:
    """Create a workflow from a template, with those that it needs and that lack."""
    template = registry.templates.get(name)
    known = {}
    for needed in template.needs:
        other = registry.templates.get(needed)
        found = Workflow.objects.present().filter(title=str(other.title)).first()
        workflow = found or create_from_template(needed, user=user).workflow
        known[read_template(other)["title"]] = workflow.pk
    document = read_template(template)
    texts = {"title": str(template.title), "description": str(template.description)}
    return import_document({**document, **texts}, known=known, user=user)


def read_template(template: Template) -> dict[str, Any]:
    document: dict[str, Any] = decode(template.path.read_text(encoding="utf-8"))
    return document


def _checked(document: object) -> dict[str, Any]:
    """Raise for what cannot become a workflow at all."""
    if not isinstance(document, Mapping):
        raise DocumentRefused(gettext("The document is no JSON object."))
    if document.get("format") != FORMAT:
        message = gettext(
            "The format of the document is '%(found)s', not '%(wanted)s'."
        )
        facts = {"found": str(document.get("format"))[:50], "wanted": FORMAT}
        raise DocumentRefused(message % facts)
    for name, value in document.items():
        if name not in _PARTS or not isinstance(value, _PARTS[name]):
            message = gettext(
                "The document has '%(name)s', which is unknown or of the wrong kind."
            )
            raise DocumentRefused(message % {"name": str(name)[:50]})
    for name in _NEEDED:
        if not document.get(name):
            message = gettext("The document lacks '%(name)s'.")
            raise DocumentRefused(message % {"name": name})
    if len(document["title"]) > Workflow._meta.get_field("title").max_length:  # type: ignore[operator]  # it has one
        raise DocumentRefused(gettext("The title of the document is too long."))
    _check_content(document)
    return dict(document)


def _check_content(document: Mapping[str, Any]) -> None:
    try:
        encode(document)
        Options.read(document.get("options") or {})
    except ResultNotStorable as error:
        raise DocumentRefused(str(error)) from error
    except (ValueError, TypeError, OverflowError) as error:
        message = gettext("The options of the document are wrong: %(error)s.")
        raise DocumentRefused(message % {"error": error}) from error
    if wrong := check(document["definition"]):
        raise InvalidDefinition(wrong)
    _require_types(document["trigger"], document["definition"])


def _require_types(trigger: Mapping[str, Any], definition: Definition) -> None:
    if str(trigger.get("type")) not in registry.triggers:
        message = gettext("This site has no trigger type '%(name)s'.")
        raise DocumentRefused(message % {"name": str(trigger.get("type"))[:64]})
    if not isinstance(trigger.get("config") or {}, Mapping):
        raise DocumentRefused(
            gettext("The settings of the document's trigger are no object.")
        )
    kinds = {node["type"] for node in walk(definition)}
    if unknown := sorted(kind for kind in kinds if kind not in registry.nodes):
        message = gettext("This site has no node types: %(names)s.")
        raise DocumentRefused(message % {"names": ", ".join(unknown)})


def _trigger_form(kind: str) -> type[ConfigForm] | None:
    return registry.triggers.get(kind).form_class if kind in registry.triggers else None


def _node_form(kind: str) -> type[ConfigForm] | None:
    return registry.nodes.get(kind).form_class if kind in registry.nodes else None


def _mapped(
    definition: Definition, change: Callable[[Any], Any], refer: Refer
) -> Definition:
    """Copy a definition with the settings of each node changed."""
    copied: Definition = decode(encode(definition))
    for node in walk(copied):
        if "config" in node:
            form = _node_form(node["type"])
            node["config"] = change(_referring(node["config"], form, refer))
    return copied


def _referring(
    config: Mapping[str, Any], form: type[ConfigForm] | None, refer: Refer
) -> dict[str, Any]:
    """Replace what refers to other workflows; leave out what refers to nothing."""
    changed = dict(config)
    for name, field in (form.base_fields if form else {}).items():
        if name not in changed or not getattr(field, "refers_to_workflows", False):
            continue
        value = changed.pop(name)
        many = isinstance(value, list)
        found = [each for each in map(refer, value if many else [value]) if each]
        if found:
            changed[name] = found if many else found[0]
    return changed


def _without_secrets(value: Any) -> Any:
    """Leave out constant texts under names such as Authorization or api_key."""
    match value:
        case Mapping():
            return {
                name: _without_secrets(each)
                for name, each in value.items()
                if not (_SECRET.search(str(name)) and _is_constant(each))
            }
        case list() | tuple():
            return [_without_secrets(each) for each in value]
        case _:
            return value


def _is_constant(value: object) -> bool:
    return isinstance(value, str) and bool(value) and not is_expression(value)
