"""Where a model comes from: a bundle's folder, or a registry that is asked only when it is named."""

from __future__ import annotations

from pathlib import Path

from qualify.config import Config
from qualify.errors import ModelError
from qualify.scorer import Scorer
from serving.model_place import find_bundle


def load_scorer(uri: str | None, config: Config | None, folder: Path) -> Scorer:
    """Load the model in use (see :func:`serving.model_place.find_bundle`)."""
    return Scorer.load(find_bundle(uri, config, folder))


class FixedSource:
    """One model for the whole life of the service: a bundle's folder or an MLflow URI."""

    def __init__(self, uri: str | None, config: Config | None, folder: Path) -> None:
        if uri is None:
            raise ModelError("no model is named", mend="name one with --model, or a configuration with -c")
        self._uri, self._config, self._folder = uri, config, folder

    def current(self) -> str:
        """Return the URI."""
        return self._uri

    def load(self, name: str) -> Scorer:
        """Load the model of the URI."""
        return load_scorer(name, self._config, self._folder)


class ChampionSource:
    """The registered model that the alias `champion` points at, whatever that is at the moment."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config, self._folder = config, folder

    def current(self) -> str:
        """Return the number of the champion's version."""
        from serving import registry

        return registry.champion_version(self._config, self._folder)

    def load(self, name: str) -> Scorer:
        """Load a version by its number."""
        uri = f"models:/{self._config.mlflow.model_name}/{name}"
        return load_scorer(uri, self._config, self._folder)
