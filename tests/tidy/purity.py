"""Rules for code that must give the same history every time, on every machine."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.tidy.source import Source

OUTSIDE_WORLD = (
    "asyncio",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "multiprocessing",
    "os.environ",
    "os.getenv",
    "os.getrandom",
    "os.urandom",
    "random",
    "secrets",
    "threading",
    "time",
    "uuid",
)
IN_ORDER = ("dict.fromkeys", "enumerate", "iter", "list", "map", "tuple", "zip")
"""What keeps the order of what it is given, and so would keep the order of a set."""


def outside_world(source: Source) -> Iterator[str]:
    """The code reads no clock, no environment and no global luck, and starts no thread."""
    full_name: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                full_name[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full_name[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for line, name in _dotted_names(source.tree):
        first, *rest = name.split(".")
        meant = ".".join([full_name.get(first, ""), *rest])
        if any(meant == banned or meant.startswith(f"{banned}.") for banned in OUTSIDE_WORLD):
            yield source.at(line, f"{meant} differs from run to run")


def _dotted_names(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that code mentions, each as long as it is written."""
    if isinstance(node, ast.Name | ast.Attribute):
        text = ast.unparse(node)
        if all(part.isidentifier() for part in text.split(".")):
            yield node.lineno, text
            return
    for child in ast.iter_child_nodes(node):
        yield from _dotted_names(child)


def identity(source: Source) -> Iterator[str]:
    """Nothing depends on where an object lies in memory or on the hash seed."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("hash", "id")
        ):
            yield source.at(node.lineno, f"{node.func.id}() differs from run to run")


def set_order(source: Source) -> Iterator[str]:
    """No set is iterated: its order differs with the hash seed. `sorted` makes a list of it.

    A name counts as a set where the same function annotates it as one or gives it one; a
    global name and an attribute count in the whole file.
    """
    everywhere = [
        *(name for name in _named_sets(ast.walk(source.tree)) if name.startswith(".")),
        *_named_sets(ast.iter_child_nodes(source.tree)),
    ]
    found: dict[int, str] = {}
    for scope in (source.tree, *source.functions):
        own = [] if scope is source.tree else _named_sets(ast.walk(scope))
        for node in ast.walk(scope):
            for ordered in _taken_in_order(node):
                if _is_set(ordered, [*everywhere, *own]):
                    message = f"the order of the set '{ast.unparse(ordered)}' is not fixed"
                    found[ordered.lineno] = source.at(ordered.lineno, message)
    yield from (found[line] for line in sorted(found))


def _named_sets(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names that hold sets, those of attributes with a dot before them."""
    names: list[str] = []
    for node in nodes:
        match node:
            case ast.Assign(targets=targets) if _is_set(node.value, names):
                names.extend(_short(target) for target in targets)
            case ast.AnnAssign() if _is_set_type(node.annotation):
                names.append(_short(node.target))
            case ast.arg(annotation=ast.expr()) if _is_set_type(node.annotation):
                names.append(node.arg)
            case ast.ClassDef():
                names.extend(f".{name}" for name in _named_sets(node.body))
    return names


def _short(node: ast.expr) -> str:
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ast.unparse(node)


def _is_set_type(annotation: ast.expr) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return ast.unparse(outer) in ("set", "frozenset", "AbstractSet", "MutableSet")


def _is_set(node: ast.expr, names: list[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
            return _is_set(node.left, names) or _is_set(node.right, names)
        case ast.Name() | ast.Attribute():
            return _short(node) in names
        case _:
            return False


def _taken_in_order(node: ast.AST) -> list[ast.expr]:
    """Return the parts of a node that it goes through one by one."""
    match node:
        case ast.For() | ast.comprehension():
            return [node.iter]
        case ast.Starred() | ast.YieldFrom():
            return [node.value]
        case ast.Call(func=ast.Attribute(attr="join"), args=[joined]):
            return [joined]
        case ast.Call(func=ast.Attribute(attr="pop", value=popped), args=[]):
            return [popped]
        case ast.Call() if ast.unparse(node.func) in IN_ORDER:
            return list(node.args)
        case _:
            return []


def whole_microseconds(source: Source) -> Iterator[str]:
    """What is named `_us` is an int; a float in the event queue would round differently."""
    for node in ast.walk(source.tree):
        name, value, annotation = _named_value(node)
        if not name.endswith("_us"):
            continue
        if annotation is not None and "float" in ast.unparse(annotation):
            yield source.at(node.lineno, f"'{name}' is annotated as a float")
        if value is not None and _is_float(value):
            yield source.at(node.lineno, f"'{name}' is given a float: '{ast.unparse(value)}'")


def _named_value(node: ast.AST) -> tuple[str, ast.expr | None, ast.expr | None]:
    """Return the name, the value and the annotation of what a node binds."""
    match node:
        case ast.Assign(targets=[target]):
            return ast.unparse(target), node.value, None
        case ast.AnnAssign():
            return ast.unparse(node.target), node.value, node.annotation
        case ast.AugAssign():
            changed = ast.BinOp(left=ast.Constant(0), op=node.op, right=node.value)
            return ast.unparse(node.target), changed, None
        case ast.keyword(arg=str(name)):
            return name, node.value, None
        case ast.arg():
            return node.arg, None, node.annotation
        case ast.FunctionDef():
            return node.name, None, node.returns
        case _:
            return "", None, None


def _is_float(node: ast.expr) -> bool:
    """Whether an expression is a float by its form; the answer of any other call is trusted."""
    match node:
        case ast.Constant():
            return isinstance(node.value, float)
        case ast.BinOp():
            return isinstance(node.op, ast.Div) or _is_float(node.left) or _is_float(node.right)
        case ast.UnaryOp():
            return _is_float(node.operand)
        case ast.IfExp():
            return _is_float(node.body) or _is_float(node.orelse)
        case ast.Call(func=ast.Name(id="float")):
            return True
        case ast.Call(func=ast.Name(id="min" | "max")):
            return any(_is_float(argument) for argument in node.args)
        case _:
            return False
