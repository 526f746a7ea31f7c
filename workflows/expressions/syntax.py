"""Read a text into Jinja2's nodes, with offsets for positions and caps on size."""

from collections.abc import Iterator

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import TokenStream
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workflows.expressions.errors import ExpressionRefused, ExpressionSyntaxError
from workflows.expressions.limits import (
    MAX_BRACKETS,
    MAX_DEPTH,
    MAX_NODES,
    MAX_SOURCE,
    MAX_TOKENS,
)

STATEMENTS = {
    "block_begin": "Statements {% … %} are not part of the language.",
    "raw_begin": "Statements {% … %} are not part of the language.",
    "comment_begin": "Comments {# … #} are not part of the language.",
}
DEPTHS = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}


class Sandbox(ImmutableSandboxedEnvironment):
    """Read expressions only, and count positions in characters, not in lines."""

    def _tokenize(
        self,
        source: str,
        name: str | None,
        filename: str | None = None,
        state: str | None = None,
    ) -> TokenStream:
        tokens = self.lexer.wrap(located_tokens(self, source), name, filename)
        return TokenStream(tokens, name, filename)


class Reader(Parser):
    """Read `a ** b ** c` from the right, as in mathematics and Python.

    Jinja2 reads it from the left.
    """

    def parse_pow(self) -> nodes.Expr:
        left, line = self.parse_unary(), self.stream.current.lineno
        if not self.stream.skip_if("pow"):
            return left
        return nodes.Pow(left, self.parse_pow(), lineno=line)


SANDBOX = Sandbox(keep_trailing_newline=True, cache_size=0)
SANDBOX.globals.clear()
SANDBOX.filters.clear()
SANDBOX.tests.clear()


def parse(source: str) -> list[nodes.Node]:
    """Return the texts (TemplateData) and expressions of a source, in order.

    The `lineno` of every node is its offset in the source.
    """
    if len(source) > MAX_SOURCE:
        message = (
            f"The text has {len(source):,} characters; {MAX_SOURCE:,} are allowed."
        )
        raise ExpressionRefused(source[:MAX_SOURCE], None, message)
    try:
        template = Reader(SANDBOX, source).parse()
    except TemplateSyntaxError as error:
        message = f"{(error.message or 'The text cannot be read').rstrip('.')}."
        raise ExpressionSyntaxError(source, error.lineno, message) from None
    except RecursionError:
        raise ExpressionRefused(source, 0, "It is nested too deeply.") from None
    except ValueError as error:  # a literal number of thousands of digits
        if isinstance(error, ExpressionRefused | ExpressionSyntaxError):
            raise
        raise ExpressionRefused(source, 0, "A number is too long.") from None
    measure(source, template)
    return [part for output in template.body for part in output.iter_child_nodes()]


def located_tokens(sandbox: Sandbox, source: str) -> Iterator[tuple[int, str, str]]:
    """Yield Jinja2's tokens with the offset where it would put the line.

    A carriage return is read as a blank: Jinja2 would drop it, and move offsets.
    """
    lexed, offset, depth, count = source.replace("\r", " "), 0, 0, 0
    try:
        for _line, kind, value in sandbox.lexer.tokeniter(lexed, None):
            if kind in STATEMENTS:
                raise statement(source, lexed.find(value, offset), kind)
            offset = lexed.index(value, offset)
            depth += DEPTHS.get(value, 0) if kind == "operator" else 0
            count += kind != "whitespace"
            if depth > MAX_BRACKETS or count > MAX_TOKENS:
                reason = "nested too deeply" if depth > MAX_BRACKETS else "too long"
                raise ExpressionRefused(source, offset, f"It is {reason}.")
            yield offset, kind, value
            offset += len(value)
    except TemplateSyntaxError as error:
        raise TemplateSyntaxError(str(error.message), offset) from None


def statement(source: str, offset: int, kind: str) -> ExpressionSyntaxError:
    hint = f"Write {{{{ '{source[offset : offset + 2]}' }}}} for the text."
    return ExpressionSyntaxError(source, offset, f"{STATEMENTS[kind]} {hint}")


def measure(source: str, template: nodes.Node) -> None:
    """Refuse too many parts, and parts too deep inside each other."""
    count, waiting = 0, [(template, 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            reason = "nested too deeply" if depth > MAX_DEPTH else "too long"
            raise ExpressionRefused(source, node.lineno, f"It is {reason}.")
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
