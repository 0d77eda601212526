"""A bundle is a folder of text files; reading one never executes anything.

Every file is named in `manifest.json` with its SHA-256. The manifest is checked before any other file is
parsed: a changed byte, a missing or an additional file, or an unknown format number is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qualify.errors import ModelError
from qualify.features.encode import Encoders
from qualify.features.plan import FeaturePlan
from qualify.model.blend import Blend, Calibration
from qualify.model.boosted import BoostedModel
from qualify.model.linear import LinearModel
from qualify.model.parts import Bands, ModelParts, Reference, Schema, Window
from qualify.model.target import TargetModel

FORMAT = 1
MANIFEST = "manifest.json"
LIBRARIES = ("lightgbm", "numpy", "scikit-learn")


@dataclass(frozen=True, slots=True)
class _Mix:
    """The blend and calibration of one target, as they stand in `blend.json`."""

    blend: Blend
    calibration: Calibration
    calibration_sd: float
    bags: int


_SCHEMA = TypeAdapter(Schema)
_PLAN = TypeAdapter(FeaturePlan)
_ENCODERS = TypeAdapter(dict[str, Encoders])
_LINEAR = TypeAdapter(dict[str, LinearModel])
_MIX = TypeAdapter(dict[str, _Mix])
_BANDS = TypeAdapter(Bands)
_REFERENCE = TypeAdapter(Reference)
_WINDOW = TypeAdapter(Window)


def write_bundle(parts: ModelParts, folder: str | Path) -> str:
    """Write a bundle in one step (a temporary folder, then a rename) and return its version.

    The same parts give the same bytes: the files hold no time, no host and no path. The version is the first
    12 hexadecimal digits of the manifest's SHA-256.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".bundle-", dir=folder.parent))
    try:
        files = _files(parts)
        for name, text in files.items():
            (scratch / name).write_bytes(text.encode("utf-8"))
        manifest = _manifest(parts, files)
        (scratch / MANIFEST).write_bytes(manifest.encode("utf-8"))
        scratch.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return _digest(manifest.encode("utf-8"))[:12]


def _files(parts: ModelParts) -> dict[str, str]:
    models = parts.targets
    files = {
        "schema.json": _json(_SCHEMA, parts.schema),
        "features.json": _json(_PLAN, parts.plan),
        "scorecard.yaml": parts.scorecard_text,
        "encoders.json": _json(_ENCODERS, {m.name: m.encoders for m in models}),
        "linear.json": _json(_LINEAR, {m.name: m.linear for m in models}),
        "blend.json": _json(
            _MIX, {m.name: _Mix(m.blend, m.calibration, m.calibration_sd, len(m.trees.texts)) for m in models}
        ),
        "bands.json": _json(_BANDS, parts.bands),
        "reference.json": _json(_REFERENCE, parts.reference),
        "window.json": _json(_WINDOW, parts.window),
    }
    for model in models:
        for bag, text in enumerate(model.trees.texts):
            files[_booster_name(model.name, bag)] = text
    return files


def _booster_name(target: str, bag: int) -> str:
    return f"booster-{target}-{bag}.txt"


def _json(adapter: TypeAdapter[Any], value: object) -> str:
    plain = adapter.dump_python(value, mode="json")
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False) + "\n"


def _manifest(parts: ModelParts, files: Mapping[str, str]) -> str:
    content = {
        "format": FORMAT,
        "made_by": {name: version(name) for name in ("qualify", *LIBRARIES)},
        "seed": parts.seed,
        "targets": [model.name for model in parts.targets],
        "files": {name: _digest(text.encode("utf-8")) for name, text in sorted(files.items())},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_bundle(folder: str | Path) -> tuple[ModelParts, str]:
    """Check and read a bundle; return its parts and its version.

    Raises
    ------
    ModelError
        The folder is no bundle, a file was changed, lost or added, or the format number is not known.
    """
    folder = Path(folder)
    manifest_bytes = _read_file(folder, MANIFEST)
    manifest = _parse_manifest(manifest_bytes, folder)
    texts = _read_checked(folder, manifest["files"])
    try:
        return _parts(manifest, texts), _digest(manifest_bytes)[:12]
    except (ValidationError, KeyError, ValueError) as error:
        raise ModelError(
            "the bundle's files match its manifest but do not fit together",
            where=str(folder), got=str(error)[:200],
            mend="it was written by another version of the program: train again",
        ) from error  # fmt: skip


def _read_file(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(
            f"the bundle's file {name} cannot be read", where=str(folder), got=error.strerror or str(error),
            mend="name a folder that `qualify train` wrote, or take the model from the registry again",
        ) from error  # fmt: skip


def _parse_manifest(data: bytes, folder: Path) -> dict[str, Any]:
    where = str(folder / MANIFEST)
    try:
        manifest = json.loads(data)
        number = manifest["format"]
        files = manifest["files"]
        named = isinstance(files, dict) and all(isinstance(v, str) for v in files.values())
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("manifest.json was altered or is incomplete", where=where, got=str(error)) from error
    if number != FORMAT:
        raise ModelError("the bundle has a format that this version does not know", where=where, got=number,
                         expected=FORMAT, mend="install the version of qualify that wrote it")  # fmt: skip
    unsafe = [name for name in files if Path(name).name != name]
    if not named or unsafe or "targets" not in manifest:
        raise ModelError(
            "manifest.json was altered: its list of files is not a list of plain names",
            where=where,
            got=unsafe or None,
        )
    return dict(manifest)


def _read_checked(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, expected in files.items():
        data = _read_file(folder, name)
        if _digest(data) != expected:
            raise ModelError(
                f"the bundle's file {name} was altered after it was written", where=str(folder / name),
                got=f"SHA-256 {_digest(data)[:16]}…", expected=f"SHA-256 {expected[:16]}…",
                mend="take the model from the registry again, or train again",
            )  # fmt: skip
        texts[name] = data.decode("utf-8")
    # A registry may add its own notes beside the bundle; a file of ours that the manifest does not name is
    # refused.
    added = {p.name for p in folder.iterdir() if p.suffix in (".json", ".yaml", ".txt")} - {*files, MANIFEST}
    if added:
        raise ModelError(
            "the bundle holds files that its manifest does not name",
            where=str(folder),
            got=", ".join(sorted(added)),
            mend="remove them, or take the model again",
        )
    return texts


def _parts(manifest: Mapping[str, Any], texts: Mapping[str, str]) -> ModelParts:
    encoders = _ENCODERS.validate_json(texts["encoders.json"])
    linear = _LINEAR.validate_json(texts["linear.json"])
    mixes = _MIX.validate_json(texts["blend.json"])
    targets = []
    for name in manifest["targets"]:
        mix = mixes[name]
        bags = tuple(texts[_booster_name(name, bag)] for bag in range(mix.bags))
        targets.append(
            TargetModel(name, encoders[name], linear[name], BoostedModel(bags), mix.blend, mix.calibration,
                        mix.calibration_sd)
        )  # fmt: skip
    return ModelParts(
        schema=_SCHEMA.validate_json(texts["schema.json"]),
        plan=_PLAN.validate_json(texts["features.json"]),
        scorecard_text=texts["scorecard.yaml"],
        targets=tuple(targets),
        bands=_BANDS.validate_json(texts["bands.json"]),
        reference=_REFERENCE.validate_json(texts["reference.json"]),
        window=_WINDOW.validate_json(texts["window.json"]),
        seed=int(manifest["seed"]),
    )
