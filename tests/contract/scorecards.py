"""Valid scorecards with rules of every kind, drawn by hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.rules.build import WORDS, content, rule, stage, trigger

__all__ = ["COLUMNS", "TYPES", "scorecards"]

TYPES = ("visit", "demo", "ＳＥＭＩＮＡＲ", "mail: open*", "")
COLUMNS = ("size", "kind", "day", "mail", "gone")

_POINTS = st.integers(-20, 20).map(lambda n: n / 2) | st.sampled_from([1e6, -1e6, 0.1, 1e-9])
_DAYS = st.sampled_from([0.25, 1.0, 7.0, 30.0, 3650.0])
_CAP = st.none() | st.sampled_from([0.5, 3.0, 10.0, 1e6])
_NAME = st.sampled_from([*TYPES[:-1], "*", "v?sit", "*e*", "nothing"])
_TOPIC = st.sampled_from(["/pricing*", "*ü", "資料", "?*"])
_AGES = st.none() | st.builds(
    lambda way, days: {way: days}, st.sampled_from(["half_life_days", "linear_days"]), _DAYS
)


def _given(**parts: Any) -> dict[str, Any]:
    """Return the parts that are given."""
    return {name: value for name, value in parts.items() if value not in (None, [], ())}


def _selectors() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        _given,
        types=st.lists(_NAME, min_size=1, max_size=3),
        not_types=st.lists(_NAME, max_size=1),
        topics=st.lists(_TOPIC, max_size=2),
        not_topics=st.lists(_TOPIC, max_size=1),
        value_from=st.sampled_from([None, None, 0.0, 30.0]),
    )


def _conditions() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([
        {"from": 10}, {"below": -1.5}, {"from": 0, "below": 1e9}, {"is": ["HIGH", "low"]}, {"is": [1, True]},
        {"like": ["*東*", "a*"]}, {"missing": True}, {"rank": ["executive", "manager"]}, {"domain": ["*.jp"]},
        {"is": "no"},
    ])  # fmt: skip


def _tables() -> st.SearchStrategy[list[dict[str, Any]]]:
    rows = st.lists(
        st.builds(lambda condition, points: condition | {"points": points}, _conditions(), _POINTS),
        min_size=1, max_size=4,
    )  # fmt: skip
    last = st.none() | _POINTS
    return st.builds(
        lambda table, points: table if points is None else [*table, {"otherwise": True, "points": points}],
        rows, last,
    )  # fmt: skip


def _steps() -> st.SearchStrategy[list[dict[str, Any]]]:
    counts = st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True).map(sorted)
    return st.builds(
        lambda at, points: [{"at_least": n, "points": p} for n, p in zip(at, points, strict=False)],
        counts, st.lists(_POINTS, min_size=3, max_size=3),
    )  # fmt: skip


def _rule_parts() -> st.SearchStrategy[dict[str, Any]]:
    """The parts of a rule of some kind, without its id and group."""
    of = _selectors()
    window = st.none() | _DAYS
    return st.one_of(
        st.builds(_given, kind=st.just("attribute"), column=st.sampled_from(COLUMNS), table=_tables(),
                  cap=_CAP),
        st.builds(_given, kind=st.just("activity"), of=of, points=_POINTS, window_days=window,
                  most=st.none() | st.integers(1, 4), ages=_AGES, cap=_CAP),
        st.builds(_given, kind=st.just("count"), of=of, steps=_steps(), window_days=window,
                  distinct_topics=st.booleans(), ages=_AGES, cap=_CAP),
        st.builds(_given, kind=st.just("ratio"), of=of, among=of, at_least=st.sampled_from([0.1, 0.5, 3.0]),
                  among_at_least=st.integers(1, 3), points=_POINTS, window_days=window, ages=_AGES, cap=_CAP),
        st.builds(_given, kind=st.just("silence"), after=of, nothing_of=of, for_days=_DAYS,
                  despite=st.none() | of, at_most=st.none() | st.integers(1, 3), points=_POINTS, ages=_AGES,
                  cap=_CAP),
    )  # fmt: skip


def _criteria(rules: list[str], groups: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    leaf = st.one_of(
        st.just({"always": True}),
        st.builds(lambda p: {"points_at_least": p}, _POINTS),
        st.builds(lambda p: {"points_below": p}, _POINTS),
        st.builds(lambda g, p: {"group_points": {"group": g, "at_least": p}}, st.sampled_from(groups),
                  _POINTS),
        st.builds(lambda r: {"rule": r}, st.sampled_from(rules)),
        st.builds(lambda c, test: {"attribute": {"column": c} | test}, st.sampled_from(COLUMNS),
                  _conditions()),
        st.builds(lambda of, n: {"activity": {"of": of, "at_least": n}}, _selectors(), st.integers(1, 3)),
    )  # fmt: skip
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=4,
    )


@st.composite
def scorecards(draw: st.DrawFn) -> dict[str, Any]:
    """The content of a valid scorecard, with rules of all kinds."""
    parts = draw(st.lists(_rule_parts(), min_size=1, max_size=5))
    groups = ["g", "h"][: draw(st.integers(1, 2))]
    rules = []
    for k, part in enumerate(parts):
        kind = part.pop("kind")
        rules.append(rule(kind, f"r{k}", draw(st.sampled_from(groups)), **part))
    if len(rules) > 1 and draw(st.booleans()):
        rules[0]["replaces"] = [rules[-1]["id"]]
    ids, used = [each["id"] for each in rules], sorted({each["group"] for each in rules})
    criteria = _criteria(ids, used)
    ladder = [stage("New", enter={"always": True}), stage("SQL", enter=draw(criteria))]
    if draw(st.booleans()):
        ladder[1]["leave"] = {"when": draw(criteria)}
    found = content(
        *rules, stages=ladder, triggers=[trigger(types=draw(_NAME))] if draw(st.booleans()) else []
    )
    found["groups"] = [
        {"id": name, "label": WORDS} | _given(cap=draw(_CAP)) for name in used
    ]  # fmt: skip
    return found
