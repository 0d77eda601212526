"""The files that a name, a folder, a pattern or an object store's URL stands for."""

from __future__ import annotations

import fnmatch
import glob
import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa
from pyarrow import fs

from qualify.errors import DataError

__all__ = ["SUFFIXES", "File", "find_files", "is_url", "matching_names"]

SUFFIXES = (".parquet", ".pq", ".csv", ".csv.gz", ".tsv", ".txt")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class File:
    """A file of a table.

    Parameters
    ----------
    path
        As its file system has it.
    system
        Where it lies.
    size, changed
        Bytes, and nanoseconds since 1970 (0 where the store does not tell): another file has others.
    keys
        The columns that the names of its `key=value` folders hold.
    """

    path: str
    system: fs.FileSystem
    size: int
    changed: int
    keys: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.path

    @property
    def suffix(self) -> str:
        """The end of its name."""
        return PurePosixPath(self.path).suffix

    def open(self, mode: str = "rb") -> BinaryIO:
        """Open the file for reading."""
        return cast("BinaryIO", self.system.open_input_file(self.path))

    def unpacked(self) -> BinaryIO:
        """Open the file for reading, unpacked if it is compressed."""
        with self.open() as file:
            packed = file.read(2) == b"\x1f\x8b"
        return cast("BinaryIO", gzip.open(cast(Any, self.open()), "rb")) if packed else self.open()

    def is_parquet(self) -> bool:
        """Look at the file's first bytes."""
        with self.open() as file:
            return file.read(4) == b"PAR1"

    def now(self) -> File:
        """Return the file as it is now.

        Raises
        ------
        DataError
            It is gone.
        """
        info = self.system.get_file_info(self.path)
        if info.type != fs.FileType.File:
            raise DataError("A file of the input is gone.", where=self.path, mend="begin again")
        return File(self.path, self.system, info.size or 0, info.mtime_ns or 0, self.keys)


def is_url(source: str) -> bool:
    """Say whether a source is the URL of an object store or a file."""
    return "://" in source


def find_files(source: str) -> list[File]:
    """Return the files that a source stands for, in the order in which they are read.

    Parameters
    ----------
    source
        A file, a folder of Parquet files (`key=value` folders in it are columns), a glob pattern of files of
        one kind, each of them local or a URL such as ``s3://bucket/leads/*.parquet``.

    Returns
    -------
    list
        Empty where nothing fits.

    Raises
    ------
    DataError
        The URL is not understood, or its store does not answer.
    """
    try:
        system, path = _located(source)
        if glob.has_magic(path):
            return [_file(system, info, None) for info in _matching(system, path)]
        info = system.get_file_info(path)
        if info.type == fs.FileType.Directory:
            return [_file(system, each, path) for each in _below(system, path) if _is_table(each, path)]
        return [_file(system, info, None)] if info.type == fs.FileType.File else []
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError("The input cannot be reached.", where=source, got=str(error),
                        mend="check the address, and the rights to it") from error  # fmt: skip


def _located(source: str) -> tuple[fs.FileSystem, str]:
    if not is_url(source):
        return fs.LocalFileSystem(), source
    # The pattern's signs are no part of a URL: what stands before them is.
    fixed, sign, rest = source, "", ""
    for each in "*?[":
        before, found, after = fixed.partition(each)
        if found:
            fixed, sign, rest = before, found, after + sign + rest
    system, path = fs.FileSystem.from_uri(fixed)
    return system, path + ("/" if fixed.endswith("/") and not path.endswith("/") else "") + sign + rest


def _matching(system: fs.FileSystem, pattern: str) -> list[fs.FileInfo]:
    if isinstance(system, fs.LocalFileSystem):
        names = matching_names(pattern)
        return cast("list[fs.FileInfo]", system.get_file_info([str(name) for name in names]))
    fixed = PurePosixPath(pattern).parts
    first = next(i for i, part in enumerate(fixed) if glob.has_magic(part))
    found = _below(system, str(PurePosixPath(*fixed[:first])))
    return [info for info in found if fnmatch.fnmatchcase(info.path, pattern)]


def matching_names(pattern: str) -> list[Path]:
    """Return the local files that fit a pattern, absolute or relative, in the order of their names.

    Raises
    ------
    DataError
        It is no pattern.
    """
    # Several `**` one after the other mean what one means, and would take for ever.
    path = Path(re.sub(r"(\*\*/)+", "**/", pattern))
    base = Path(path.anchor)
    try:
        return sorted(found for found in base.glob(str(path.relative_to(base))) if found.is_file())
    except ValueError as error:
        raise DataError(
            "The pattern of the input is not understood.", where=pattern, got=str(error)
        ) from error


def _below(system: fs.FileSystem, folder: str) -> list[fs.FileInfo]:
    found = system.get_file_info(fs.FileSelector(folder, recursive=True, allow_not_found=True))
    files = [info for info in found if info.type == fs.FileType.File]
    return sorted(files, key=lambda info: PurePosixPath(info.path))


def _is_table(info: fs.FileInfo, folder: str) -> bool:
    """Say whether a file below a folder is a part of its table."""
    *folders, name = PurePosixPath(info.path).relative_to(folder).parts
    keyed = all("=" in each for each in folders[:1])
    return keyed and name.endswith(_PARQUET[0]) and not name.startswith(("_", "."))


def _file(system: fs.FileSystem, info: fs.FileInfo, base: str | None) -> File:
    folders = PurePosixPath(info.path).relative_to(base).parts[:-1] if base is not None else ()
    pairs = (each.partition("=") for each in folders)
    keys = {key: value for key, _, value in pairs if value}
    return File(info.path, system, info.size or 0, info.mtime_ns or 0, keys)
