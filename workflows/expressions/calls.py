"""Compile calls: functions, filters, tests and methods of values."""

from typing import Any

from jinja2 import nodes

from workflows.expressions.building import Builder, Evaluate
from workflows.expressions.errors import FAULTS, UnknownName
from workflows.expressions.filters import FILTERS
from workflows.expressions.functions import FUNCTIONS
from workflows.expressions.limits import Meter
from workflows.expressions.methods import METHODS, SEARCHING, call_method
from workflows.expressions.operations import Operation
from workflows.expressions.paths import PATHS
from workflows.expressions.questions import QUESTIONS
from workflows.expressions.wording import nearest


def call(builder: Builder, node: nodes.Call) -> Evaluate:
    """Compile `NAME(…)` and `value.method(…)`; nothing else can be called."""
    if isinstance(node.node, nodes.Getattr):
        return method(builder, node, node.node)
    if not isinstance(node.node, nodes.Name):
        raise builder.refused(node, "Only functions and methods can be called.")
    name = node.node.name
    if name not in FUNCTIONS:
        close = nearest(name.upper(), FUNCTIONS)
        message = f"There is no function '{name}'.{close}"
        raise UnknownName(builder.source, node.node.lineno, message)
    function = FUNCTIONS[name]
    if function.fills and not node.args and not node.kwargs:
        node.args.append(nodes.Name(function.fills, "load", lineno=node.lineno))
    return apply(builder, node, function, node.args)


def filtered(builder: Builder, node: nodes.Filter) -> Evaluate:
    if node.node is None or node.name not in FILTERS:
        message = f"There is no filter '{node.name}'.{nearest(node.name, FILTERS)}"
        raise UnknownName(builder.source, node.lineno, message)
    evaluate = apply(builder, node, FILTERS[node.name], [node.node, *node.args])
    if FILTERS[node.name].name == "default" and isinstance(node.node, PATHS):
        return defaulted(builder, node, evaluate)
    return evaluate


def defaulted(builder: Builder, node: Any, evaluate: Evaluate) -> Evaluate:
    """Let `path|default(value)` stand for a path that is missing."""
    present = builder.build(node.node)
    other = builder.build(node.args[0]) if node.args else lambda _meter: ""

    def evaluate_or_default(meter: Meter) -> Any:
        try:
            present(meter)
        except UnknownName:
            return other(meter)
        return evaluate(meter)

    return evaluate_or_default


def asked(builder: Builder, node: nodes.Test) -> Evaluate:
    """Compile `value is question`."""
    if node.name in ("defined", "undefined"):
        return presence(builder, node)
    if node.name not in QUESTIONS:
        message = f"There is no test '{node.name}'.{nearest(node.name, QUESTIONS)}"
        raise UnknownName(builder.source, node.lineno, message)
    return apply(builder, node, QUESTIONS[node.name], [node.node, *node.args])


def presence(builder: Builder, node: nodes.Test) -> Evaluate:
    if not isinstance(node.node, PATHS):
        raise builder.wrong(node, "Only names can be asked whether they are defined.")
    value, found = builder.build(node.node), node.name == "defined"

    def evaluate(meter: Meter) -> bool:
        try:
            value(meter)
        except UnknownName:
            return not found
        return found

    return evaluate


def method(builder: Builder, node: nodes.Call, owner: nodes.Getattr) -> Evaluate:
    name = owner.attr
    if name not in METHODS:
        message = f"'{name}' is not a method that expressions may call."
        raise builder.refused(owner, f"{message}{nearest(name, METHODS)}")
    pay = Meter.take_whole if name in SEARCHING else Meter.take
    if arguments(builder, node):
        raise builder.wrong(node, "Methods take no named arguments here.")

    def run(meter: Meter, value: Any, *values: Any) -> Any:
        pay(meter, (value, *values))
        return call_method(name, value, *values)

    return builder.step(node, run, builder.each([owner.node, *node.args]))


def arguments(builder: Builder, node: Any) -> dict[str, Evaluate]:
    """Return the named arguments of a call."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise builder.wrong(node, "'*' and '**' before arguments are not offered.")
    return {pair.key: builder.build(pair.value) for pair in node.kwargs}


def apply(
    builder: Builder, node: Any, known: Operation, operands: list[nodes.Expr]
) -> Evaluate:
    """Compile a call of a known operation, after checking its arguments."""
    named = arguments(builder, node)
    if wrong := known.fault(len(operands), named):
        raise builder.wrong(node, wrong)
    parts = builder.each(operands)
    if known.lazy:
        return lambda meter: known.call(*(lambda p=p: p(meter) for p in parts))
    return eager(builder, node, known, parts, named)


def eager(
    builder: Builder,
    node: nodes.Node,
    known: Operation,
    parts: list[Evaluate],
    named: dict[str, Evaluate],
) -> Evaluate:
    fault, function = builder.fault(node), known.run
    pay = Meter.take_whole if known.deep else Meter.take

    def evaluate(meter: Meter) -> Any:
        values = [part(meter) for part in parts]
        others = {key: part(meter) for key, part in named.items()}
        try:
            pay(meter, (*values, *others.values()))
            return meter.admit(function(meter, *values, **others))
        except FAULTS as error:
            raise fault(error) from error

    return evaluate
