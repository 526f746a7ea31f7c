"""What two people did to the same version, side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from workflows import services
from workflows.admin.comparing import WORDS, shown_value
from workflows.editor import Command, title_of
from workflows.editor.comparing import Change, compare, differences
from workflows.exceptions import CommandRefused
from workflows.graph import Definition
from workflows.models import EditStep, WorkflowVersion


@dataclass(frozen=True)
class Row:
    """A setting that one of two people changed, or both."""

    title: str
    key: str
    name: str
    before: str
    theirs: str
    mine: str
    #: Both changed it, and not to the same.
    clashes: bool = False


@dataclass(frozen=True)
class Conflict:
    """What others did since somebody looked, and what that person wants."""

    steps: list[EditStep] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Tried:
    """What somebody wanted to do, and the form that was filled for it."""

    command: Command | None = None
    posted: Any = None
    #: The panel of that form.
    panel: str = ""
    #: The settings of the trigger that were to be saved.
    trigger: Mapping[str, Any] | None = None


def conflict_of(version: WorkflowVersion, revision: int, tried: Tried) -> Conflict:
    """Compare with the nodes as they were at `revision`; `version` is as it is now."""
    now: Definition = version.definition
    base = services.definition_at(version, revision) or now
    wanted = base if tried.command is None else _applied(tried.command, base)
    theirs = {each.key: each for each in compare(base, now).changes}
    mine = {each.key: each for each in compare(base, wanted).changes}
    rows = [
        row
        for key in dict.fromkeys([*mine, *theirs])
        for row in _rows(theirs.get(key), mine.get(key))
    ]
    rows += _of_trigger(version, tried.trigger)
    return Conflict(services.changes_since(version, revision), rows)


def _of_trigger(
    version: WorkflowVersion, wanted: Mapping[str, Any] | None
) -> Iterator[Row]:
    """Compare with what is stored now: nobody knows what it was before."""
    if wanted is None:
        return
    for each in differences(version.trigger_config, wanted):
        now, mine = shown_value(each.before), shown_value(each.after)
        yield Row(_("Trigger"), "", each.name, "", now, mine or _("(empty)"))


def _applied(command: Command, base: Definition) -> Definition:
    try:
        return command.apply(base).definition
    except CommandRefused:
        return base


def _rows(theirs: Change | None, mine: Change | None) -> Iterator[Row]:
    node = (mine or theirs).node  # type: ignore[union-attr]  # one of them is there
    title, key = node.get("title") or title_of(node["type"]), node["key"]
    ours, others = _settings(mine), _settings(theirs)
    for name in dict.fromkeys([*ours, *others]):
        before = (ours.get(name) or others[name])[0]
        their, my = (each.get(name, ("", ""))[1] for each in (others, ours))
        clashes = name in ours and name in others and their != my
        yield Row(title, key, name, before, their, my, clashes)


def _settings(change: Change | None) -> dict[str, tuple[str, str]]:
    """Give what was and what is, by setting; the node as a whole has no name."""
    if change is None:
        return {}
    found = {
        each.name: (shown_value(each.before), shown_value(each.after) or _("(empty)"))
        for each in change.differences
    }
    return found or {"": ("", str(WORDS[change.kind]))}
