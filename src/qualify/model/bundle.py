"""A bundle is a folder of text files; reading one never executes anything.

Every file is named in `manifest.json` with its SHA-256. The manifest is checked before any other file is
parsed: a changed byte, a missing or an additional file, or an unknown format number is refused by name.
"""

from __future__ import annotations

import json
import math
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
from qualify.model.evidence import Evidence
from qualify.model.fit_together import check_parts
from qualify.model.linear import LinearModel
from qualify.model.manifest import FORMAT, MANIFEST, Manifest, parse_manifest, read_bytes, read_texts, sha256
from qualify.model.parts import Bands, Lot, ModelParts, Recalibrated, Reference, Schema, Window
from qualify.model.target import TargetModel

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
_EVIDENCE = TypeAdapter(Evidence)
_LOT = TypeAdapter(Lot)
_RECALIBRATED = TypeAdapter(Recalibrated)

EVIDENCE = "evidence.json"
"""A file that a bundle may lack: it changes no score."""
LOT = "lot.json"
"""A file that a bundle lacks where no lead is picked by lot."""
RECALIBRATED = "recalibrated.json"
"""A file that a bundle lacks whose calibration is that of its fit."""


def write_bundle(parts: ModelParts, folder: str | Path) -> str:
    """Write a bundle in one step (a temporary folder, then a rename) and return its version.

    The same parts give the same bytes: the files hold no time, no host and no path. The version is the first
    12 hexadecimal digits of the manifest's SHA-256.
    """
    folder = Path(folder)
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise ModelError(
            "the place of the bundle is taken by something else, which is left alone",
            where=str(folder),
            mend="name a folder that does not exist, or one that holds a bundle",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".bundle-", dir=folder.parent))
    try:
        files = _files(parts)
        for name, text in files.items():
            (scratch / name).write_bytes(text.encode("utf-8"))
        manifest = _manifest(parts, files)
        (scratch / MANIFEST).write_bytes(manifest.encode("utf-8"))
        scratch.chmod(0o755)
        _take_the_place(scratch, folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return sha256(manifest.encode("utf-8"))[:12]


def _take_the_place(scratch: Path, folder: Path) -> None:
    """Put the new folder where an old one may be; a kill in between leaves one of them whole."""
    if not folder.exists():
        scratch.rename(folder)
        return
    old = scratch.with_name(f"{scratch.name}.old")
    folder.rename(old)
    scratch.rename(folder)
    shutil.rmtree(old)


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
    if parts.evidence is not None:
        files[EVIDENCE] = _json(_EVIDENCE, parts.evidence)
    if parts.lot is not None:
        files[LOT] = _json(_LOT, parts.lot)
    if parts.recalibrated is not None:
        files[RECALIBRATED] = _json(_RECALIBRATED, parts.recalibrated)
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
    return Manifest(
        format=FORMAT,
        made_by={name: version(name) for name in ("qualify", *LIBRARIES)},
        seed=parts.seed,
        targets=tuple(model.name for model in parts.targets),
        files={name: sha256(text.encode("utf-8")) for name, text in sorted(files.items())},
    ).text()


def read_bundle(folder: str | Path) -> tuple[ModelParts, str]:
    """Check and read a bundle; return its parts and its version.

    Raises
    ------
    ModelError
        The folder is no bundle, a file was changed, lost or added, or the format number is not known.
    """
    folder = Path(folder)
    data = read_bytes(folder, MANIFEST)
    manifest = parse_manifest(data, where=str(folder / MANIFEST))
    texts = read_texts(folder, manifest)
    try:
        parts = _parts(manifest, texts)
        check_parts(parts)
        return parts, sha256(data)[:12]
    except (ValidationError, LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ModelError(
            "the bundle's files match its manifest but do not fit together",
            where=str(folder),
            got=str(error)[:200],
            mend="it was written by another version of the program: train again",
        ) from error


def _parts(manifest: Manifest, texts: Mapping[str, str]) -> ModelParts:
    encoders = _read(_ENCODERS, texts, "encoders.json")
    linear = _read(_LINEAR, texts, "linear.json")
    mixes = _read(_MIX, texts, "blend.json")
    targets = []
    for name in manifest.targets:
        mix = mixes[name]
        bags = tuple(texts[_booster_name(name, bag)] for bag in range(mix.bags))
        targets.append(
            TargetModel(name, encoders[name], linear[name], BoostedModel(bags), mix.blend, mix.calibration,
                        mix.calibration_sd)
        )  # fmt: skip
    return ModelParts(
        schema=_read(_SCHEMA, texts, "schema.json"),
        plan=_read(_PLAN, texts, "features.json"),
        scorecard_text=texts["scorecard.yaml"],
        targets=tuple(targets),
        bands=_read(_BANDS, texts, "bands.json"),
        reference=_read(_REFERENCE, texts, "reference.json"),
        window=_read(_WINDOW, texts, "window.json"),
        seed=manifest.seed,
        evidence=_read(_EVIDENCE, texts, EVIDENCE) if EVIDENCE in texts else None,
        lot=_read(_LOT, texts, LOT) if LOT in texts else None,
        recalibrated=_read(_RECALIBRATED, texts, RECALIBRATED) if RECALIBRATED in texts else None,
    )


def _read(adapter: TypeAdapter[Any], texts: Mapping[str, str], name: str) -> Any:
    """Check one file's JSON; of numbers only those that are finite."""
    try:
        json.loads(texts[name], parse_constant=_finite, parse_float=_finite)
        return adapter.validate_json(texts[name])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {error}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"a number is {text}")
    return number
