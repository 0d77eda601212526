"""The model of a job, while the registry is still asked for it, and what can be done meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qualify.config import Config
from qualify.scorer import Scorer
from serving.batch import Early, Sources, Split, split_early
from serving.registry_apart import Asked

__all__ = ["AwaitedModel"]


@dataclass(frozen=True)
class AwaitedModel:
    """A model whose bundle is being asked for.

    Parameters
    ----------
    asked
        The question.
    uri, config, folder
        As of `serving.model_place.find_bundle`.
    """

    asked: Asked
    uri: str | None
    config: Config | None
    folder: Path

    @cached_property
    def bundle(self) -> Path:
        """Its bundle's folder; waits for the answer.

        Raises
        ------
        ModelError
            There is no such bundle.
        """
        return self.asked.bundle(self.uri, self.config, self.folder)

    @cached_property
    def scorer(self) -> Scorer:
        """The model; waits for the answer."""
        return Scorer.load(self.bundle)

    def split_meanwhile(self, sources: Sources, memory: int, out: str) -> Early | None:
        """Split the tables as the configuration says, where there is time for it.

        Raises
        ------
        ModelError
            The answer came meanwhile: there is no model. This is told at once, however large the tables are.
        """
        if self.config is None or not self.asked.waits:
            return None
        split = Split.of_config(self.config, sources, memory)
        return split_early(split, out, lambda: self._reads_so(split))

    def _reads_so(self, split: Split) -> bool:
        """Return whether the model reads tables so, as far as is known by now."""
        if self.asked.waits:
            return True
        schema = self.scorer.parts.schema
        return (schema.data, schema.columns) == (split.data, split.columns)
