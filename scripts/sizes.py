"""Print sizes: `python3 scripts/sizes.py`. A number is a reason to look, not to cut. Standard library only."""

import ast
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 8


def main():
    modules = [path for path in (ROOT / "kepuyue").rglob("*.py") if "migrations" not in path.parts]
    templates = list((ROOT / "kepuyue").glob("*/templates/**/*.html"))
    styles = list((ROOT / "kepuyue").glob("*/static/**/*.css")) + list((ROOT / "frontend").glob("*.js"))
    report("modules", [(lines(path), name(path)) for path in modules])
    report("functions", [found for path in modules for found in functions(path)])
    report("templates", [(lines(path), name(path)) for path in templates])
    report("styles and scripts", [(lines(path), name(path)) for path in styles])
    report("tests", [(lines(path), name(path)) for path in (ROOT / "tests").rglob("test_*.py")])


def report(title, sizes):
    """How many there are, how long the middle one is, and which are the longest."""
    numbers = sorted(size for size, _name in sizes if size)
    if not numbers:
        return
    tenth = numbers[int(len(numbers) * 0.95)]
    print(
        f"\n{len(numbers)} {title}, {sum(numbers)} lines: median {median(numbers):.0f}, 95th percentile {tenth}"
    )
    for size, where in sorted(sizes, reverse=True)[:SHOWN]:
        print(f"  {size:5}  {where}")


def functions(path):
    """The length of every function, in lines from its first to its last."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{name(path)}: {node.name}"


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def name(path):
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
