"""The nodes of a definition as marks, which a template writes down as nested lists."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, ngettext

from workflows import registry
from workflows.codec import TypedEncoder
from workflows.contracts import NodeHandler
from workflows.graph import Definition, Node

#: Characters of a card's summary, and of one setting in it.
LONGEST_SUMMARY, LONGEST_VALUE = 160, 60
#: A mapping of so few is written whole; of longer ones so many values are named.
FEW, MOST_NAMED = 2, 3
#: What items of lists are called by.
NAMES = ("title", "label", "name", "key", "field", "target", "to", "column", "path")
EMPTY = SafeString()
#: Groups that the style sheet and the icons know; others look like the last one.
GROUPS = ("flow", "data", "values", "outside", "people", "other")


@dataclass(frozen=True, slots=True)
class Mark:
    """One step while writing: a card, a place to add, or markup around them.

    `kind`: node, slot, branch or markup. A slot says where it is as `graph.insert`
    takes it. What a template would ask for each of a thousand nodes is worked out here.
    """

    kind: str
    key: str = ""
    title: str = ""
    branch: str = ""
    type_title: str = ""
    #: Classes for the style sheet.
    classes: str = ""
    group: str = ""
    summary: str = ""
    note: str = ""
    disabled: bool = False
    #: What is said about the node from outside, such as that it was changed.
    state_title: str = ""
    problems: int = 0
    #: Ready to be written.
    markup: SafeString = EMPTY


@dataclass(frozen=True)
class Remarks:
    """What marks show besides the definition itself, by the keys of nodes."""

    problems: Mapping[str, int] = field(default_factory=dict)
    #: Classes for the style sheet, and a word or markup that is safe.
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: The lines that were gone along, as slots are named: behind which node, in which
    #: branch. None: nothing was run.
    taken: Collection[tuple[str, str]] | None = None

    def line(self, key: str = "", branch: str = "") -> str:
        """Give the class of a line: gone along, not, or drawn before any run."""
        if self.taken is None:
            return ""
        return "wf-taken" if (key, branch) in self.taken else "wf-untaken"

    def branch(self, key: str, branch: str, nodes: list[Node]) -> str:
        """Give the classes of a branch: it may also have been gone along to its end."""
        line = self.line(key, branch)
        end = self.line(nodes[-1]["key"]) if nodes else line
        both = line == end == "wf-taken"
        return f"{line} wf-through" if both else line


LINE, END_LINE, END_NODE, END_BRANCH = (
    Mark("markup", markup=mark_safe(text))  # noqa: S308 - constants
    for text in (
        '<ol class="wf-flow">',
        "</ol>",
        "</li>",
        "</div>",
    )
)
END_BRANCHES = END_BRANCH


def marks(definition: Definition, remarks: Remarks | None = None) -> list[Mark]:
    """Write down a definition of the right shape.

    Marks instead of nested values keep the template from recursing, however deep the
    branches go.
    """
    words = _Words(remarks or Remarks())
    line = words.remarks.line()
    first = Mark("slot", title=_("Add the first node"), classes=line)
    return list(_line(definition["nodes"], first, words))


class _Words:
    """What is said of every node, translated once and not a thousand times."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks
        self.behind = _("Add a node after %(key)s")
        self.into = _("Add a node into “%(branch)s” of %(key)s")
        button = (
            '<button type="button" class="wf-fold" tabindex="-1" aria-expanded="true" '
            'aria-label="{}"></button><div class="wf-branches">'
        )
        #: Opens the branches of a node, with the button that folds them.
        self.branches = Mark("markup", markup=format_html(button, _("Branches")))
        self.types: dict[str, str] = {}

    def title_of(self, kind: str) -> str:
        if kind not in self.types:
            self.types[kind] = title_of(kind)
        return self.types[kind]


def _line(nodes: list[Node], slot: Mark, words: _Words) -> Iterator[Mark]:
    yield LINE
    yield slot
    for node in nodes:
        yield from _node(node, words)
    yield END_LINE


def _node(node: Node, words: _Words) -> Iterator[Mark]:
    key, remarks = node["key"], words.remarks
    yield _card(node, words)
    if branches := branches_of(node):
        yield words.branches
        for branch, title in branches.items():
            nodes = node.get("branches", {}).get(branch, [])
            way = remarks.branch(key, branch, nodes)
            yield Mark("branch", key=key, branch=branch, title=title, classes=way)
            label = words.into % {"key": key, "branch": title}
            line = remarks.line(key, branch)
            first = Mark("slot", key=key, branch=branch, title=label, classes=line)
            yield from _line(nodes, first, words)
            yield END_BRANCH
        yield END_BRANCHES
    yield END_NODE
    label = words.behind % {"key": key}
    yield Mark("slot", key=key, title=label, classes=remarks.line(key))


def _card(node: Node, words: _Words) -> Mark:
    key, kind, remarks = node["key"], node["type"], words.remarks
    handler = registry.nodes.get(kind) if kind in registry.nodes else None
    type_title = words.title_of(kind)
    group = group_of(handler)
    state, state_title = remarks.states.get(key, ("", ""))
    names = [f"wf-g-{group}", state and f"wf-{state}"]
    names += ["wf-disabled" if node.get("disabled") else ""]
    names += ["wf-loops" if handler is not None and handler.loops else ""]
    return Mark(
        "node",
        key=key,
        title=node.get("title") or type_title,
        type_title=type_title,
        classes=" ".join(name for name in names if name),
        group=group,
        summary=_summary(handler, node.get("config") or {}),
        note=node.get("note", ""),
        disabled=bool(node.get("disabled")),
        state_title=state_title,
        problems=remarks.problems.get(key, 0),
    )


def title_of(kind: str) -> str:
    return str(registry.nodes.get(kind).title) if kind in registry.nodes else kind


def group_of(handler: NodeHandler | None) -> str:
    return handler.group if handler and handler.group in GROUPS else GROUPS[-1]


def branches_of(node: Node) -> dict[str, str]:
    """Name the branches of a node: those of its type, and others that it has."""
    kind = node["type"]
    config = node.get("config") or {}
    is_known = kind in registry.nodes
    known = registry.nodes.get(kind).branches_for(config) if is_known else {}
    stored = {name: name for name in node.get("branches", {})}
    named = {name: str(title) for name, title in known.items()}
    return {
        **named,
        **{name: each for name, each in stored.items() if name not in named},
    }


def _summary(handler: NodeHandler | None, config: Mapping[str, Any]) -> str:
    """Say what a node is set to: what differs from the defaults of its form."""
    fields = handler.form_class.base_fields if handler else {}
    parts = []
    for name, value in config.items():
        setting = fields.get(name)
        if value in (None, "", [], {}) or (setting and value == setting.initial):
            continue
        parts.append(_setting(name, setting, value))
    return _cut(" · ".join(parts), LONGEST_SUMMARY)


def _setting(name: str, setting: forms.Field | None, value: Any) -> str:
    if value is True:
        return str(setting.label or name) if setting else name
    if isinstance(setting, forms.ChoiceField) and isinstance(value, str):
        titles = (title for each, title in _flat(setting.choices) if str(each) == value)
        return str(next(titles, value))
    return _short(value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Go through choices, those in groups too."""
    for value, title in choices:
        if isinstance(title, list | tuple):
            yield from title
        else:
            yield value, title


def _short(value: Any) -> str:
    return _cut(" ".join(in_words(value).split()), LONGEST_VALUE)


def in_words(value: Any) -> str:
    """Write a setting in words: cards are read by people, and JSON is not for them."""
    match value:
        case str():
            return value
        case {"rules": list(rules)}:
            return " · ".join(_rule(each) for each in rules)
        case Mapping() | list() if value:
            return _whole(value) if _is_flat(value) else _named(value)
        case date() | time() | timedelta() | Decimal() | UUID():
            return str(value)
        case _:
            return json.dumps(value, cls=TypedEncoder, ensure_ascii=False)


def _is_flat(value: Any) -> bool:
    """Tell what is short enough to be written whole: no values in values."""
    if isinstance(value, Mapping):
        return len(value) <= FEW and _is_flat(list(value.values()))
    return not any(isinstance(each, Mapping | list) for each in value)


def _whole(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{name} = {in_words(each)}" for name, each in value.items())
        return ", ".join(pairs)
    return ", ".join(map(in_words, value))


def _named(value: Any) -> str:
    """Count values, and name the first of them."""
    is_mapping = isinstance(value, Mapping)
    names = list(value) if is_mapping else [_name_of(each) for each in value]
    shown = [str(name) for name in names[:MOST_NAMED] if name]
    more = ["…"] if len(names) > len(shown) else []
    text = ngettext(
        "%(count)d value: %(names)s", "%(count)d values: %(names)s", len(names)
    )
    return text % {"count": len(names), "names": ", ".join([*shown, *more])}


def _name_of(item: Any) -> str:
    """Call an item what it calls itself, or by the first text in it."""
    if not isinstance(item, Mapping):
        return in_words(item)
    texts = {name: each for name, each in item.items() if isinstance(each, str)}
    named = (texts[name] for name in NAMES if texts.get(name))
    return next(named, next(iter(texts.values()), ""))


def _rule(rule: Any) -> str:
    """Write a rule of a filter or a condition without its braces."""
    if not isinstance(rule, dict) or "op" not in rule:
        return f"({in_words(rule)})"
    subject = rule.get("field") or in_words(rule.get("left", ""))
    return f"{subject} {rule['op']} {in_words(rule.get('value', ''))}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
