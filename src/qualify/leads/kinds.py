"""Files that are no tables of text: what their first bytes say they are, and what to do about it."""

from __future__ import annotations

import re

from qualify.errors import DataError

__all__ = ["refuse_other_kinds"]

_AS_CSV = "save the sheet as CSV UTF-8"
_UNPACK = "unpack it; of compressed files, gzip (.csv.gz) is read as it is"
_TABLE = "write the rows as CSV or Parquet, for instance with pandas: read_json, then to_csv"
_BYTES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", f"{_AS_CSV}, or unpack the archive"),
    (b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _AS_CSV),
    (b"BZh91AY&SY", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a", "a RAR archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"%PDF-", "a PDF document", "export the report as CSV"),
    (b"SQLite format 3\x00", "an SQLite database", "give a query in the configuration"),
    (b"ARROW1\x00\x00", "an Arrow file", "write it as Parquet"),
    (b"Obj\x01", "an Avro file", "write it as Parquet"),
)
_MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml|workbook|meta|head|body|style)\b", re.IGNORECASE)
_JSON = re.compile(r"\s*(\{\s*\"|\[\s*[\[{]\s*[\"\]}]|\[\s*$)")


def refuse_other_kinds(head: bytes, where: str) -> None:
    """Refuse a file that is plainly something else than a table of text.

    Parameters
    ----------
    head
        The first bytes of the file, unpacked.
    where
        The file, for messages.

    Raises
    ------
    DataError
        An archive, a workbook, a database, a document, JSON, or markup such as the HTML that some systems
        call ``.xls``.
    """
    for magic, kind, mend in _BYTES:
        if head.startswith(magic):
            raise _other(where, kind, mend)
    text = head[:2000].decode("utf-8", "replace").removeprefix("\ufeff")
    if _MARKUP.match(text):
        raise _other(where, "HTML or XML", f"open it in a spreadsheet and {_AS_CSV}, or export CSV")
    if _JSON.match(text):
        raise _other(where, "JSON", _TABLE)


def _other(where: str, kind: str, mend: str) -> DataError:
    return DataError(f"The file is {kind}.", where=where, expected="CSV or Parquet", mend=mend)
