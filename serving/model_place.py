"""Where the bundle in use lies; here alone, since who only asks for it needs nothing that scores."""

from __future__ import annotations

from pathlib import Path

from qualify.config import Config
from qualify.errors import ModelError

__all__ = ["find_bundle"]


def find_bundle(uri: str | None, config: Config | None, folder: Path) -> Path:
    """Return the folder of the bundle in use.

    Parameters
    ----------
    uri
        A bundle's folder, an MLflow model URI, or None: the registered champion of the configuration.
    config
        The configuration, for its registry.

    Raises
    ------
    ModelError
        There is no such bundle.
    """
    if uri is not None and (Path(uri) / "manifest.json").is_file():
        return Path(uri)
    if uri is None and config is None:
        raise ModelError("no model is named", mend="name one with --model, or a configuration with -c")
    if uri is not None and ":" not in uri:
        raise ModelError(
            "the model's folder holds no manifest.json",
            where=uri,
            expected="a bundle's folder or an MLflow URI such as models:/qualify@champion",
        )
    return _bundle_of(uri, config, folder)


def _bundle_of(uri: str | None, config: Config | None, folder: Path) -> Path:
    from serving import registry

    return registry.bundle_folder(uri, config, folder)
