"""Changes one small thing of a module at a time and lists the changes that its tests do not notice.

    python tests/tools/mutants.py [MODULE.py ...] [--minutes N] [--seed N]

Each mutant runs in a forked process that compiles the changed source when the module is imported; no file
is touched. Where the minutes do not suffice for all mutants of a module, a random sample of them is run.
Texts, annotations of types and what raises an error are left as they are. Survivors are to be read, not
counted: many change nothing that anybody could see.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "annotate/study/assignments.py": ["tests/annotate/study/test_assignments.py"],
    "exports/adjudication/rules.py": ["tests/exports/adjudication"],
    "exports/agreement/coefficients.py": ["tests/exports/agreement"],
    "exports/readers/annotations.py": ["tests/exports/readers", "tests/exports/agreement/test_agree.py"],
    "schemas/studio_json.py": ["tests/schemas", "tests/exports/readers"],
    "train/folds.py": ["tests/train/test_folds.py", "tests/train/test_folds_of_codes.py"],
    "train/data/near_duplicates.py": [
        "tests/train/data/test_near_duplicates.py",
        "tests/train/data/test_near_duplicates_bounds.py",
    ],
}
SECONDS = 60  # of one mutant; one that never ends is noticed
OTHER: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def places(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run, outside of annotations, docstrings, errors and what only type checkers read."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.Raise | ast.Assert):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_typing = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            if isinstance(child, ast.AST) and not is_typing:
                yield child
                yield from places(child)


def change(node: Any) -> bool:
    """Makes the one change of a node, if it has one."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        node.ops[0] = OTHER[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in OTHER:
        node.op = OTHER[type(node.op)]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        node.value += 1
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.comprehension) and node.ifs:
        node.ifs.pop()
    elif isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
        node.value = ast.Constant(None)
    elif isinstance(node, ast.Continue | ast.Break):
        node.__class__ = ast.Pass
    else:
        return False
    return True


def mutants(source: str) -> Iterator[tuple[ast.Module, str]]:
    """Changed trees of a source, each with what was changed."""
    tree = ast.parse(source)
    lines = source.splitlines()
    count = sum(1 for _ in places(tree))
    for n in range(count):
        changed = copy.deepcopy(tree)
        node: Any = list(places(changed))[n]
        before = ast.unparse(node).partition("\n")[0]
        if change(node):
            after = ast.unparse(ast.fix_missing_locations(changed) and node).partition("\n")[0]
            line = getattr(node, "lineno", getattr(getattr(node, "target", None), "lineno", 0))
            yield changed, f"{line}: {before}  ->  {after}    [{lines[line - 1].strip()[:60]}]"


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: Any) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def is_noticed(module: str, tree: ast.Module) -> bool:
    """Whether a test of the module fails, in a process of its own, on this tree."""
    child = os.fork()
    if child == 0:
        import pytest

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        signal.alarm(SECONDS)
        sys.meta_path.insert(0, Changed(module.removesuffix(".py").replace("/", "."), ROOT / module, tree))
        options = ["-q", "-x", "-p", "no:cacheprovider", "-m", "not studio and not browser and not slow"]
        os._exit(int(pytest.main([*options, *MODULES[module]])))
    return os.waitpid(child, 0)[1] != 0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("modules", nargs="*", default=list(MODULES))
    options.add_argument("--minutes", type=float, default=3.0, help="at most, for each module")
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    os.chdir(ROOT)
    sys.path[0] = str(ROOT)
    for library in ("hypothesis", "msgspec", "numpy", "pytest", "scipy.sparse"):
        importlib.import_module(library)  # once for all forks; never a module of our own
    for module in chosen.modules:
        source = (ROOT / module).read_text("utf-8")
        if is_noticed(module, ast.parse(source)):
            sys.exit(f"error: {module}: its tests fail as it stands")
        todo = list(mutants(source))
        random.Random(chosen.seed).shuffle(todo)
        end, run, survivors = time.monotonic() + 60 * chosen.minutes, 0, []
        for tree, words in todo:
            if time.monotonic() > end:
                break
            run += 1
            if not is_noticed(module, tree):
                survivors.append(words)
        print(f"{module}: {run} of {len(todo)} mutants, {len(survivors)} survive", flush=True)  # noqa: T201
        for words in sorted(survivors, key=lambda words: int(words.partition(":")[0])):
            print(f"  {module}:{words}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
