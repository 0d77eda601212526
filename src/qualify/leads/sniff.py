"""What sort of text a file holds: its encoding and its delimiter, from its first bytes."""

from __future__ import annotations

import codecs
import csv
import io
import re

from qualify.errors import DataError

HEAD_BYTES = 1 << 18
DELIMITERS = ("\t", ";", "|", ",")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_RUN = re.compile(r"[^\x00-\x7f]+")
_MEND_ENCODING = "save the file as UTF-8, or name its encoding in `data.encoding`, for instance cp1252"


def sniff_encoding(head: bytes, whole: bool, where: str) -> str:
    r"""Find the encoding of a text file.

    Parameters
    ----------
    head
        The first bytes of the file.
    whole
        Whether `head` is the whole file; otherwise its last characters may be cut.
    where
        The file, for messages.

    Returns
    -------
    str
        ``utf-8`` (also with a byte order mark, and for plain ASCII), ``utf-16`` or ``cp932``.

    Raises
    ------
    DataError
        The bytes are text in none of these.

    Examples
    --------
    >>> sniff_encoding("名前,会社\n".encode("cp932"), True, "leads.csv")
    'cp932'
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\x00" in head:
        raise DataError("The file is not a text table.", where=where, got="zero bytes in it",
                        expected="CSV or Parquet", mend=_MEND_ENCODING)  # fmt: skip
    if _decodes(head, "utf-8", whole):
        return "utf-8"
    if _decodes(head, "cp932", whole) and _looks_japanese(head):
        return "cp932"
    raise DataError("The file's encoding is not recognised.", where=where,
                    expected="UTF-8, UTF-16 or Shift_JIS", mend=_MEND_ENCODING)  # fmt: skip


def check_encoding(name: str, where: str) -> str:
    """Return the Python name of an encoding.

    Raises
    ------
    DataError
        No encoding has that name.
    """
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise DataError(
            "The encoding is not known.",
            where=where,
            got=name,
            expected="for instance utf-8, cp932 or cp1252",
        ) from error


def _decodes(data: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _looks_japanese(head: bytes) -> bool:
    """Say whether the characters beyond ASCII come in runs, as they do in Japanese.

    Latin letters with accents often decode as Shift_JIS too, but stand alone between plain letters.
    """
    runs = [len(run) for run in _RUN.findall(codecs.getincrementaldecoder("cp932")("ignore").decode(head))]
    return sum(n for n in runs if n >= 2) > 0.5 * sum(runs)


def decode_head(head: bytes, encoding: str) -> str:
    """Decode the first bytes of a file; a character that is cut at the end is left out."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.removeprefix("\ufeff")


def sniff_delimiter(text: str) -> str:
    r"""Find the delimiter of a table from its first lines.

    The header decides first (a delimiter stands in it), then how many rows have as many cells as the header,
    then the number of cells. A comma yields to others, since it also stands in texts and numbers.

    Examples
    --------
    >>> sniff_delimiter("name;amount, net\nA;1,5\nB;2,0\n")
    ';'
    >>> sniff_delimiter("email\na@b.c\n")
    ','
    """
    best, best_score = ",", (0.0, 0.0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row in first_records(text, delimiter, 200)]
        if len(widths) == 0 or widths[0] < 2:
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        score = (float(same >= 0.9), same * widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def first_records(text: str, delimiter: str, count: int) -> list[list[str]]:
    """Return up to `count` records, without the last one when the text may be cut inside it."""
    records: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                records.append(row)
            if len(records) > count:
                break
    except csv.Error:
        # A cell of more than 128 kB: the records before it tell enough.
        return records
    return records[:-1] if len(records) > 1 and len(text) >= HEAD_BYTES // 4 else records[:count]
