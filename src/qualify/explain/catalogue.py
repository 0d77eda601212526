"""The texts of one language, read once from the package's YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias, get_args

from ruamel.yaml import YAML

from qualify.errors import ConfigError, QualifyError, did_you_mean

Language: TypeAlias = Literal["en", "ja"]

LANGUAGES: tuple[str, ...] = get_args(Language)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Texts by dotted key, for instance ``did.pricing_view.many``."""

    language: Language
    texts: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def __getitem__(self, key: str) -> str:
        try:
            return self.texts[key]
        except KeyError:
            guess = did_you_mean(key, self.texts)
            message = f"there is no text {key!r} in the catalogue {self.language!r}; {guess}"
            raise QualifyError(message) from None

    def say(self, key: str, /, **parts: object) -> str:
        """Fill the placeholders of a text.

        Raises
        ------
        QualifyError
            The catalogue has no such text.
        """
        return self[key].format_map(parts)


@lru_cache(maxsize=len(LANGUAGES))
def load_catalogue(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        No catalogue exists for that language.
    """
    return read_catalogue("qualify.explain", "texts", language)


def read_catalogue(package: str, folder: str, language: str) -> Catalogue:
    """Read a language's YAML file from a folder of a package; every room with texts of its own comes here.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "this language is not known", where="language", got=language, expected=" or ".join(LANGUAGES)
        )
    text = (files(package) / folder / f"{language}.yaml").read_text(encoding="utf-8")
    tree = YAML(typ="safe", pure=True).load(text)
    return Catalogue("ja" if language == "ja" else "en", dict(_flat(tree, "")))


def _flat(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
