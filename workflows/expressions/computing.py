"""Compile literals, operators, comparisons and choices."""

from typing import Any

from jinja2 import nodes

from workflows.expressions.building import Builder, Evaluate
from workflows.expressions.comparisons import compare
from workflows.expressions.errors import FAULTS
from workflows.expressions.limits import MAX_TEXT, Meter, fit
from workflows.expressions.operators import OPERATORS, negative, positive

BINARY: dict[type[nodes.Node], str] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}


def constant(builder: Builder, node: nodes.Const) -> Evaluate:
    value = node.value
    try:
        Meter({}).admit(value)
    except FAULTS as error:
        raise builder.fault(node)(error) from None
    return lambda _meter: value


def data(builder: Builder, node: nodes.TemplateData) -> Evaluate:
    """Return the text between expressions, as written, carriage returns too."""
    text = builder.source[node.lineno : node.lineno + len(node.data)]
    return lambda _meter: text


def listed(builder: Builder, node: nodes.List | nodes.Tuple) -> Evaluate:
    items = builder.each(node.items)
    return lambda meter: [item(meter) for item in items]


def mapped(builder: Builder, node: nodes.Dict) -> Evaluate:
    parts = [part for pair in node.items for part in (pair.key, pair.value)]
    return builder.step(node, pair_up, builder.each(parts))


def pair_up(_meter: Meter, *parts: Any) -> dict[Any, Any]:
    return dict(zip(parts[::2], parts[1::2], strict=True))


def binary(builder: Builder, node: nodes.BinExpr) -> Evaluate:
    operate, fault = OPERATORS[BINARY[type(node)]], builder.fault(node)
    left, right = builder.build(node.left), builder.build(node.right)

    def evaluate(meter: Meter) -> Any:
        first, second = left(meter), right(meter)
        try:
            return meter.admit(operate(first, second))
        except FAULTS as error:
            raise fault(error) from error

    return evaluate


def minus(builder: Builder, node: nodes.Neg) -> Evaluate:
    return builder.step(node, negative, [builder.build(node.node)])


def plus(builder: Builder, node: nodes.Pos) -> Evaluate:
    return builder.step(node, positive, [builder.build(node.node)])


def joined(builder: Builder, node: nodes.Concat) -> Evaluate:
    return builder.step(node, interpolate, builder.each(node.nodes))


def interpolate(meter: Meter, *values: Any) -> str:
    """Put the texts of the values together; nothing is an empty text."""
    texts, length = [], 0
    for value in values:
        text = as_text(meter, value)
        length = fit(length + len(text), MAX_TEXT, "The text is too long")
        texts.append(text)
    return "".join(texts)


def as_text(meter: Meter, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    meter.take_whole((value,))
    return str(value)


def compared(builder: Builder, node: nodes.Compare) -> Evaluate:
    first, fault = builder.build(node.expr), builder.fault(node)
    rest = [(part.op, builder.build(part.expr)) for part in node.ops]

    def evaluate(meter: Meter) -> bool:
        left = first(meter)
        for name, operand in rest:
            right = operand(meter)
            try:
                if not compare(meter, name, left, right):
                    return False
            except FAULTS as error:
                raise fault(error) from error
            left = right
        return True

    return evaluate


def both(builder: Builder, node: nodes.And) -> Evaluate:
    left, right = builder.build(node.left), builder.build(node.right)
    return lambda meter: left(meter) and right(meter)


def either(builder: Builder, node: nodes.Or) -> Evaluate:
    left, right = builder.build(node.left), builder.build(node.right)
    return lambda meter: left(meter) or right(meter)


def negated(builder: Builder, node: nodes.Not) -> Evaluate:
    value = builder.build(node.node)
    return lambda meter: not value(meter)


def chosen(builder: Builder, node: nodes.CondExpr) -> Evaluate:
    test, then = builder.build(node.test), builder.build(node.expr1)
    other = builder.build(node.expr2) if node.expr2 else nothing
    return lambda meter: then(meter) if test(meter) else other(meter)


def nothing(_meter: Meter) -> None:
    return None
