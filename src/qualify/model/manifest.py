"""`manifest.json` of a bundle: what it holds, with the SHA-256 of every file and of itself.

It is checked before any other file is looked at, so that nothing of an altered bundle is ever parsed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qualify.errors import ModelError

FORMAT = 1
MANIFEST = "manifest.json"
MOST_BYTES = 1 << 29
"""Of one file. A model of this program has some megabytes; what is larger would only fill the memory."""

# Plain names only: no folder, no parent, nothing hidden, whatever the system takes for a separator.
_FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=120)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """The content of a manifest.

    Parameters
    ----------
    format
        Number of the layout; another one is refused.
    made_by
        Versions of the libraries that made the bundle.
    seed, targets
        As in :class:`qualify.model.parts.ModelParts`; targets by name, in their order.
    files
        SHA-256 of every other file, by name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    made_by: dict[str, str]
    seed: int
    targets: tuple[str, ...] = Field(min_length=1)
    files: dict[_FileName, _Sha256]

    def text(self) -> str:
        """Return the file's text: the content and, last, the SHA-256 of the content's own text."""
        content = self.model_dump(mode="json")
        return _dumped({**content, "sha256": sha256(_dumped(content).encode("utf-8"))}) + "\n"


def sha256(data: bytes) -> str:
    """Return the digest in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _dumped(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def parse_manifest(data: bytes, where: str) -> Manifest:
    """Check the bytes of a manifest.

    Raises
    ------
    ModelError
        They were altered, are incomplete, or are of a format that this version does not know.
    """
    try:
        content = dict(json.loads(data))
        number = content["format"]
        content.pop("sha256")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _altered(where, str(error) or type(error).__name__) from error
    if number != FORMAT:
        raise ModelError(
            "the bundle has a format that this version does not know",
            where=where,
            got=number,
            expected=FORMAT,
            mend="install the version of qualify that wrote it",
        )
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _altered(where, f"{place}: {first['msg']}") from error
    if manifest.text().encode("utf-8") != data:
        raise _altered(where, "its text does not have the SHA-256 that it names")
    return manifest


def read_bytes(folder: Path, name: str) -> bytes:
    """Return a file of the bundle.

    Raises
    ------
    ModelError
        It is missing or cannot be read, is no file (a pipe, a device), or has more than `MOST_BYTES`.
    """
    path = folder / name
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is no file")
        if path.stat().st_size > MOST_BYTES:
            raise OSError(f"it has more than {MOST_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"the bundle's file {name} cannot be read",
            where=str(folder),
            got=error.strerror or str(error),
            mend="name a folder that `qualify train` wrote, or take the model from the registry again",
        ) from error


def read_texts(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Return the text of every file that the manifest names, each checked against its SHA-256.

    Raises
    ------
    ModelError
        A file was altered or is missing, or the folder holds one that the manifest does not name.
    """
    added = {entry.name for entry in folder.iterdir()} - {*manifest.files, MANIFEST}
    # What systems leave in folders unasked (`.DS_Store`, `.nfs...`) is hidden, and never read.
    added = {name for name in added if not name.startswith(".")}
    if added:
        raise ModelError(
            "the bundle holds files that its manifest does not name",
            where=str(folder),
            got=", ".join(sorted(added)),
            mend="remove them, or take the model from the registry again",
        )
    return {name: _checked(folder, name, expected) for name, expected in manifest.files.items()}


def _checked(folder: Path, name: str, expected: str) -> str:
    data = read_bytes(folder, name)
    if sha256(data) != expected:
        raise ModelError(
            f"the bundle's file {name} was altered after it was written",
            where=str(folder / name),
            got=f"SHA-256 {sha256(data)[:16]}…",
            expected=f"SHA-256 {expected[:16]}…",
            mend="take the model from the registry again, or train again",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(
            f"the bundle's file {name} is no text", where=str(folder / name), got=str(error)[:80],
            mend="take the model from the registry again, or train again",
        ) from error  # fmt: skip


def _altered(where: str, got: str) -> ModelError:
    return ModelError(
        "manifest.json was altered or is incomplete",
        where=where,
        got=got,
        mend="take the model from the registry again, or train again",
    )
