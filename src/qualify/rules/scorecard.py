"""The scorecard as one checked, frozen value."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from qualify.config import Label
from qualify.config.yaml_text import read_mapping, read_text
from qualify.errors import ConfigError, did_you_mean
from qualify.rules.criteria import AttributeTest, Band, Criterion, Stage, Trigger
from qualify.rules.kinds import AnyRule, AttributeRule, Group, Rule
from qualify.rules.load import dump_yaml, validated
from qualify.rules.schema import Strict, Words
from qualify.rules.vocabulary import folded


class Scorecard(Strict):
    """The points, triggers, stages and bands that marketing and sales agree on.

    Parameters
    ----------
    format
        Of this file.
    version
        People raise it when they change the rules. Scores carry it with the first 8 hexadecimal digits of a
        SHA-256 of the content, so that two files of one number are told apart; comments and layout do not
        count.
    drafted_before
        Set where the rules were drafted from outcomes: the point in time (or in the order of the table)
        before which those outcomes lay. Such points never become features of a model, which would learn its
        own answers.
    label
        Name of the scorecard.
    score_fresh_days
        How old a score may be when a lead is called SQL.
    bands
        A to D by points.
    groups
        What rules belong together.
    rules
        What earns points.
    triggers
        What puts a lead into a stage at once.
    stages
        The funnel, with entry criteria.
    """

    format: Literal[1] = 1
    file_version: str = Field(alias="version", min_length=1, max_length=60)
    drafted_before: str | None = None
    label: Words
    score_fresh_days: float = Field(gt=0)
    bands: tuple[Band, Band, Band, Band]
    groups: tuple[Group, ...] = Field(min_length=1)
    rules: tuple[AnyRule, ...] = Field(min_length=1)
    triggers: tuple[Trigger, ...] = ()
    stages: tuple[Stage, ...] = ()

    _source: str | None = PrivateAttr(default=None)
    _source_digest: str | None = PrivateAttr(default=None)

    @classmethod
    def load(cls, path: str | Path) -> Scorecard:
        """Read and check a file.

        Raises
        ------
        ConfigError
            The file is missing, is not YAML, or holds something that is not understood; names the line.
        """
        path = Path(path)
        if not path.is_file():
            raise ConfigError(
                "the scorecard is missing",
                where=str(path),
                mend="`qualify init` writes one; or mend `scorecard:`",
            )
        return cls.parse(read_text(path, what="the scorecard"), where=str(path))

    @classmethod
    def parse(cls, text: str, where: str) -> Scorecard:
        """Check the text of a scorecard; `where` is used in messages."""
        card = validated(cls, read_mapping(text, what="the scorecard", where=where), text, where)
        card._source, card._source_digest = text, card.digest
        return card

    def to_text(self) -> str:
        """Return the file: as it was read, comments included, unless the content was changed since."""
        if self._source is not None and self._source_digest == self.digest:
            return self._source
        return dump_yaml(self.content())

    def content(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain JSON types under the names of the file."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        text = self.model_dump_json(by_alias=True, exclude_defaults=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def version(self) -> str:
        """What every score says about the rules that made it, for instance ``2026.1+0a1b2c3d``."""
        return f"{self.file_version}+{self.digest[:8]}"

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules in the order of the file."""
        return tuple(rule.id for rule in self.rules)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Ids of the stages in the order of the funnel."""
        return tuple(stage.id for stage in self.stages)

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise ConfigError(f"there is no rule `{rule_id}`", mend=did_you_mean(rule_id, self.rule_ids) or None)

    def stage_named(self, name: str) -> Stage | None:
        """Return the stage that is called so, by its id or by another of its names; None: there is none."""
        wanted = folded(name)
        called = ((stage, each) for stage in self.stages for each in (stage.id, *stage.names))
        return next((stage for stage, each in called if folded(each) == wanted), None)

    def labels(self) -> dict[str, Label]:
        """Return every label by kind and id, for instance ``rule:pricing_view`` or ``band:A``."""
        parts = {
            "rule": self.rules, "group": self.groups, "trigger": self.triggers, "stage": self.stages,
            "band": self.bands,
        }  # fmt: skip
        return {f"{kind}:{item.id}": item.label for kind, items in parts.items() for item in items}

    def criteria(self) -> dict[str, Criterion]:
        """Return the entry and leaving criteria by place, for instance ``SQL.enter``."""
        entries = {f"{s.id}.enter": s.enter for s in self.stages if s.enter}
        return entries | {f"{s.id}.leave": s.leave.when for s in self.stages if s.leave}

    def attribute_tests(self) -> list[AttributeTest]:
        """Return the tests of columns within the criteria."""
        leaves = [leaf for criterion in self.criteria().values() for leaf in criterion.leaves()]
        return [leaf.attribute for leaf in leaves if leaf.attribute]

    @model_validator(mode="after")
    def _consistent(self) -> Scorecard:
        _unique("groups", [g.id for g in self.groups])
        _unique("rules", [r.id for r in self.rules])
        _unique("triggers", [t.id for t in self.triggers])
        _unique("stage ids and names", [n for s in self.stages for n in {s.id, *s.names}])
        _known("group", {r.group for r in self.rules}, {g.id for g in self.groups})
        _known("stage", self._stages_named(), {s.id for s in self.stages})
        _check_bands(self.bands)
        _check_replaced(self.rules)
        for criterion in self.criteria().values():
            self._check_criterion(criterion)
        return self

    def _stages_named(self) -> set[str]:
        named = {t.stage for t in self.triggers} | {s.reenters_at for s in self.stages if s.reenters_at}
        return named | {s.leave.to for s in self.stages if s.leave and s.leave.to}

    def _check_criterion(self, criterion: Criterion) -> None:
        leaves = criterion.leaves()
        _known("rule", {leaf.rule for leaf in leaves if leaf.rule}, {r.id for r in self.rules})
        _known("trigger", {leaf.trigger for leaf in leaves if leaf.trigger}, {t.id for t in self.triggers})
        _known("group", {t.group_points.group for t in leaves if t.group_points}, {g.id for g in self.groups})


def columns_used(scorecard: Scorecard) -> tuple[str, ...]:
    """Return the columns that rules or entry criteria read, in the order of the file, each once."""
    by_rules = [rule.column for rule in scorecard.rules if isinstance(rule, AttributeRule)]
    return tuple(dict.fromkeys(by_rules + [test.column for test in scorecard.attribute_tests()]))


def _unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} must differ; twice: {', '.join(twice)}")


def _known(what: str, used: set[str], there: set[str]) -> None:
    for name in sorted(used - there):
        raise ValueError(f"there is no {what} `{name}`. {did_you_mean(name, there)}".strip())


def _check_bands(bands: tuple[Band, ...]) -> None:
    if [band.id for band in bands] != ["A", "B", "C", "D"]:
        raise ValueError("bands are A, B, C and D, in this order")
    cuts = [band.from_ for band in bands[:3] if band.from_ is not None]
    if len(cuts) < 3 or bands[3].from_ is not None or sorted(set(cuts), reverse=True) != cuts:
        raise ValueError("A, B and C have falling `from`; D has none, it takes the rest")


def _check_replaced(rules: tuple[Rule, ...]) -> None:
    replacing = {rule.id for rule in rules if rule.replaces}
    for rule in rules:
        _known("rule", set(rule.replaces), {r.id for r in rules})
        if replacing & set(rule.replaces):
            raise ValueError(f"`{rule.id}` replaces a rule that itself replaces others: no chains")
