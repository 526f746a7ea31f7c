"""Read values of the scope: names, keys, indexes and slices."""

from typing import Any

from jinja2 import nodes

from workflows.expressions.building import Builder, Evaluate
from workflows.expressions.errors import FAULTS, UnknownName
from workflows.expressions.faults import Missing, Unfit
from workflows.expressions.functions import FUNCTIONS
from workflows.expressions.limits import Meter
from workflows.expressions.reading import private, read
from workflows.expressions.wording import nearest

PATHS = (nodes.Name, nodes.Getattr, nodes.Getitem)


def path(builder: Builder, node: nodes.Node) -> Evaluate:
    """Compile a chain such as `nodes.n1.lines[0].price`."""
    base, links = unwind(node)
    for link in links:
        if private(fixed(link)):
            raise builder.refused(link, "Names that start with '_' are private.")
    if isinstance(base, nodes.Name):
        return named(builder, base, links)
    return follow(builder, builder.build(base), links)


def unwind(node: nodes.Node) -> tuple[nodes.Node, list[Any]]:
    """Split a chain into where it begins and its links, in order."""
    links: list[Any] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        links.append(node)
        node = node.node
    return node, links[::-1]


def fixed(link: Any) -> Any:
    """Return the key of a link, or None if it is computed."""
    if isinstance(link, nodes.Getattr):
        return link.attr
    return link.arg.value if isinstance(link.arg, nodes.Const) else None


def named(builder: Builder, base: nodes.Name, links: list[Any]) -> Evaluate:
    if private(base.name):
        raise builder.refused(base, "Names that start with '_' are private.")
    if base.name in FUNCTIONS:
        message = f"{base.name} is a function: write {base.name}(…)."
        raise builder.wrong(base, message)
    keys = [fixed(link) for link in links]
    static = next((i for i, key in enumerate(keys) if not isinstance(key, str)), None)
    builder.names.add((base.name, *keys[:static]))
    first = fixed_path(builder, base, (base.name, *keys[:static]))
    return first if static is None else follow(builder, first, links[static:])


def fixed_path(builder: Builder, base: nodes.Name, keys: tuple[str, ...]) -> Evaluate:
    """Compile the usual case, a path of known keys, to a plain loop."""

    def evaluate(meter: Meter) -> Any:
        value: Any = meter.scope
        try:
            for key in keys:
                value = value[key] if type(value) is dict else read(value, key)
        except (KeyError, Missing):
            raise unknown(builder.source, base.lineno, meter, keys) from None
        return value

    return evaluate


def unknown(
    source: str, position: int, meter: Meter, keys: tuple[str, ...]
) -> UnknownName:
    """Walk again to the key that is missing, and name the whole path."""
    value: Any = meter.scope
    message = f"'{'.'.join(keys)}' is unknown."
    try:
        for key in keys:
            value = read(value, key)
    except Missing as fault:
        message = f"{message} {fault}"
        if value is meter.scope:
            message = f"'{keys[0]}' is unknown here.{nearest(keys[0], meter.scope)}"
    return UnknownName(source, position, message)


def follow(builder: Builder, base: Evaluate, links: list[Any]) -> Evaluate:
    """Compile links of which some are computed, one after the other."""
    for link in links:
        if isinstance(link, nodes.Getitem) and isinstance(link.arg, nodes.Slice):
            base = part(builder, link, base)
        else:
            base = item(builder, link, base)
    return base


def item(builder: Builder, link: Any, base: Evaluate) -> Evaluate:
    computed = isinstance(link, nodes.Getitem)
    key = builder.build(link.arg) if computed else lambda _meter: link.attr
    fault = builder.fault(link)

    def evaluate(meter: Meter) -> Any:
        owner, name = base(meter), key(meter)
        try:
            return read(owner, name)
        except FAULTS as error:
            raise fault(error) from None

    return evaluate


def part(builder: Builder, link: nodes.Getitem, base: Evaluate) -> Evaluate:
    """Compile a slice such as `[1:3]`."""
    slice_: Any = link.arg
    bounds = [
        builder.build(bound) if bound else lambda _meter: None
        for bound in (slice_.start, slice_.stop, slice_.step)
    ]
    return builder.step(link, cut, [base, *bounds])


def cut(meter: Meter, value: Any, *bounds: Any) -> Any:
    if not isinstance(value, str | list | tuple):
        raise Unfit(value, "a text or list")
    meter.take((value,))
    return value[slice(*bounds)]
