"""Writes `docs/reference.md` from the models that read `qualify.yaml` and `scorecard.yaml`: `make docs`."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from qualify.config import Config
from qualify.rules import Scorecard

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"
HEAD = """# Reference: every key of the two files

Written by `make docs` from the code that reads the files; a test keeps it so. An unknown key is an error,
never ignored. "needed" means that there is no default; "null" that nothing is set. Types in *italics* are
tables further down.

`qualify init` writes both files with what it saw as comments. After a change run `qualify check`, and
`qualify train` where the model has to learn it: a model carries the configuration and the rules that it was
made with, so a change of `data`, `targets`, `columns`, `stages`, `capacity`, `exploration`, `training` or
the scorecard takes effect with the next version in use; one of `service`, `mlflow` or `language` with the
next command.
"""
NAMES = {
    "str": "text", "int": "whole number", "float": "number", "bool": "true or false", "date": "date",
    "NoneType": "null",
}  # fmt: skip
_BOUNDS = {
    annotated_types.Gt: ("gt", "above {}"), annotated_types.Ge: ("ge", "at least {}"),
    annotated_types.Lt: ("lt", "below {}"), annotated_types.Le: ("le", "at most {}"),
}  # fmt: skip


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for title, model in (("qualify.yaml", Config), ("scorecard.yaml", Scorecard)):
        parts.append(f"## {title}\n")
        parts += [
            section(each, "The whole file" if each is model else each.__name__) for each in reachable(model)
        ]
    return "\n".join(parts)


def reachable(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a model and those that its fields lead to, each once, in the order of the fields."""
    found = [model]
    for each in found:
        for field in each.model_fields.values():
            found += [other for other in models_in(field.annotation) if other not in found]
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from models_in(part)


def section(model: type[BaseModel], title: str) -> str:
    """Return a model as a heading, its summary and a table of its keys."""
    meanings = documented(model)
    lines = [
        f"### {title}\n",
        summary(model),
        "",
        "| key | type | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, field in model.model_fields.items():
        key = field.alias or name
        kind = type_of(field.annotation, field.metadata).replace("|", "\\|")
        lines.append(f"| `{key}` | {kind} | {default_of(field)} | {cell(told(meanings[key], field))} |")
    return "\n".join([*lines, ""])


def told(meaning: str, field: FieldInfo) -> str:
    """Return a meaning; where it only points to a section, what that section is about."""
    for model in models_in(field.annotation):
        return meaning.replace("See below", summary(model).partition("\n")[0].removesuffix("."))
    return meaning


def summary(model: type[BaseModel]) -> str:
    """Return what stands above the parameters, as paragraphs of one line."""
    text = (inspect.getdoc(model) or "").split("\nParameters\n")[0].strip()
    return "\n\n".join(cell(part) for part in text.split("\n\n"))


def documented(model: type[BaseModel]) -> dict[str, str]:
    """Return the meaning of each key, from the parameters in the docstrings of the class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each.__doc__:
            text = inspect.cleandoc(each.__doc__).partition("\nParameters\n----------\n")[2]
            text = re.split(r"\n\n\w+\n-{3,}\n", text)[0]
            for names, meaning in re.findall(
                r"^(\w[\w, ]*)\n((?:[ ]{4}.*\n?|\n)+)", text, flags=re.MULTILINE
            ):
                found.update(dict.fromkeys(names.split(", "), meaning))
    return found


def type_of(annotation: Any, metadata: list[Any]) -> str:
    """Write a type in words, with its bounds."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return type_of(inner, [*more, *metadata])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if origin in (Union, types.UnionType):
        kinds = [type_of(part, metadata) for part in get_args(annotation) if part is not types.NoneType]
        return " or ".join(dict.fromkeys(kinds))
    if origin is tuple:
        return _list_of(get_args(annotation))
    if origin is dict:
        key, value = get_args(annotation)
        named = f"one of {type_of(key, [])}" if get_origin(key) is Literal else "name"
        return f"by {named}: {type_of(value, [])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"*[{annotation.__name__}](#{annotation.__name__.lower()})*"
    name = NAMES.get(getattr(annotation, "__name__", ""), str(annotation))
    return ", ".join([name, *bounds(metadata)])


def _list_of(parts: tuple[Any, ...]) -> str:
    if parts[-1] is Ellipsis:
        return f"list of {type_of(parts[0], [])}"
    return f"list of {len(parts)}: {type_of(parts[0], [])}"


def bounds(metadata: list[Any]) -> Iterator[str]:
    """Yield the limits of a number or text that its metadata hold."""
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from bounds(each.metadata)
        elif type(each) in _BOUNDS:
            name, words = _BOUNDS[type(each)]
            yield words.format(f"{getattr(each, name):,}".removesuffix(".0"))


def default_of(field: FieldInfo) -> str:
    """Write a default."""
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "needed"
    if isinstance(value, BaseModel):
        return "see there"
    if value is None:
        return "null"
    if value == () or value == {}:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{list(value)}`" if isinstance(value, tuple) else f"`{value}`"


def cell(text: str) -> str:
    """Return a text as one line of a table."""
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
