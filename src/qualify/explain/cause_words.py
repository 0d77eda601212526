"""Why the scorecard recommends a stage, in a reader's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qualify.config import Label
from qualify.explain.words import Phrasebook
from qualify.rules import Cause, Met

__all__ = ["say_cause"]

_MOST_TYPES = 3


def say_cause(cause: Cause | None, book: Phrasebook) -> tuple[str, ...]:
    """Return a line for each direct trigger that fired, and one for the entry criteria that are met.

    Examples
    --------
    >>> from qualify.explain.words import phrasebook
    >>> say_cause(None, phrasebook("en"))
    ()
    """
    if cause is None:
        return ()
    return tuple(book.text("cause.line", text=text) for text in _lines(cause, book))


def _lines(cause: Cause, book: Phrasebook) -> Iterator[str]:
    tests = book.text("cause.and").join(_say(met, book) for met in cause.tests)
    if cause.kind == "left":
        yield book.text("cause.left", stage=book.stage(cause.before.id if cause.before else ""), tests=tests)
        return
    for label, found in cause.triggers:
        yield book.text("cause.trigger", label=_label(label, book), found=_label(found, book))
    if tests:
        yield tests
    if cause.kind != "earned":
        yield book.text(f"cause.{cause.kind}")


def _say(met: Met, book: Phrasebook) -> str:
    test = met.test
    plain = _plain(met)
    if plain is not met:
        return _say(plain, book)
    if met.below:
        return _name(met, book)
    if met.have is not None:
        return _points(met, met.have, book)
    if test.always:
        return book.text("cause.always")
    name = _name(met, book)
    return name if met.found is None else book.text("cause.fact", label=name, found=_label(met.found, book))


def _points(met: Met, have: float, book: Phrasebook) -> str:
    test, had = met.test, book.number(round(have, 1))
    if test.group_points is not None and met.label is not None:
        need = book.number(test.group_points.at_least)
        return book.text("cause.group_points", label=_label(met.label, book), have=had, need=need)
    if test.points_below is not None:
        return book.text("cause.points_below", have=had, need=book.number(test.points_below))
    return book.text("cause.points_at_least", have=had, need=book.number(test.points_at_least or 0.0))


def _name(met: Met, book: Phrasebook) -> str:
    """Name what a test is about, of tests put together with how they are."""
    met = _plain(met)
    if met.test.none_of is not None:
        below = _plain(met.below[0])
        how = "none" if below.test.any_of else "not_all" if below.test.all_of else "not"
        return _together(how, below.below or (below,), book)
    if met.below:
        return _together("all" if met.test.all_of else "any", met.below, book)
    if met.have is not None:
        return _points(met, met.have, book)
    if met.label is not None:
        return _label(met.label, book)
    if met.test.attribute is not None:
        name = book.column(met.test.attribute.column)
        return name[:1].upper() + name[1:]
    if met.test.activity is not None:
        types = met.types or met.test.activity.of.types
        return book.text("list.comma").join(book.activity(each) for each in types[:_MOST_TYPES])
    return book.text("cause.always")


def _plain(met: Met) -> Met:
    """Return the same without a `not` of a `not`, and without an `all` or `any` of one."""
    while met.below:
        (inner, *more) = met.below
        if met.test.none_of is None and not more:
            met = inner
        elif met.test.none_of is not None and _plain(inner).test.none_of is not None:
            met = _plain(inner).below[0]
        else:
            break
    return met


def _together(how: str, tests: Sequence[Met], book: Phrasebook) -> str:
    return book.text(f"cause.{how}", tests=book.text("cause.or").join(_name(each, book) for each in tests))


def _label(label: Label, book: Phrasebook) -> str:
    return book.clean(str(getattr(label, book.language)))
