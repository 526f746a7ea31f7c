"""Hold the code to its sizes: no long file, no long function, no hidden import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("config", "demo", "handlers", "triggers", "workflows")
MAX_FILE, MAX_FUNCTION = 400, 40


def functions(path: Path) -> Iterator[tuple[str, int, ast.AST]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            yield f"{path}:{node.lineno} {node.name}", lines, node


def hidden_imports(node: ast.AST) -> bool:
    return any(
        isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)
    )


def percentiles(sizes: list[int]) -> str:
    ordered = sorted(sizes) or [0]
    p50, p90 = ordered[len(ordered) // 2], ordered[len(ordered) * 9 // 10]
    return f"p50 {p50}, p90 {p90}, max {ordered[-1]}"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    paths = [
        path.relative_to(root)
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    faults, files, lengths = [], [], []
    for path in paths:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        files.append(lines)
        if lines > MAX_FILE:
            faults.append(f"{path} has {lines} lines, more than {MAX_FILE}.")
        for name, length, node in functions(path):
            lengths.append(length)
            if length > MAX_FUNCTION:
                faults.append(f"{name} has {length} lines, more than {MAX_FUNCTION}.")
            if hidden_imports(node):
                faults.append(f"{name} imports inside the function.")
    sys.stdout.write(
        f"Files: {percentiles(files)}. Functions: {percentiles(lengths)}.\n"
    )
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
