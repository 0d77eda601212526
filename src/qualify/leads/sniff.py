"""What sort of text a file holds: its encoding, from its first bytes."""

from __future__ import annotations

import codecs
import re

from qualify.errors import DataError

HEAD_BYTES = 1 << 18

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_RUN = re.compile(r"[^\x00-\x7f]+")
_DATE = re.compile(r"\d年\d{1,2}月")
_MEND_ZEROS = "export it again as UTF-8, or take them out, for instance with: tr -d '\\000' < old > new"
MEND_ENCODING = (
    "save the file as UTF-8, or name its encoding, for instance cp1252: with `--encoding` of init, "
    "in `data.encoding` of the configuration"
)


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
        ``utf-8`` (also with a byte order mark, and for plain ASCII), ``utf-16`` (without a mark ``utf-16-le``
        or ``utf-16-be``) or ``cp932``.

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
        return _utf16_without_mark(head, where)
    if _decodes(head, "utf-8", whole):
        return "utf-8"
    if _decodes(head, "cp932", whole) and _looks_japanese(head):
        return "cp932"
    raise DataError("The file's encoding is not recognised.", where=where,
                    expected="UTF-8, UTF-16 or Shift_JIS", mend=MEND_ENCODING)  # fmt: skip


def _utf16_without_mark(head: bytes, where: str) -> str:
    """Tell UTF-16 by its zero bytes: line ends and delimiters have one each, always on the same side."""
    pairs = head[: len(head) // 2 * 2]
    for found, zeros, others, end in (
        ("utf-16-le", pairs[1::2], pairs[0::2], b"\n\x00"),
        ("utf-16-be", pairs[0::2], pairs[1::2], b"\x00\n"),
    ):
        if 0 in zeros and 0 not in others and end in pairs and _decodes(pairs, found, True):
            return found
    line = head[: head.index(0)].count(b"\n") + 1
    raise DataError("The file is not a text table.", where=f"{where}, line {line}", got="zero bytes in it",
                    expected="CSV or Parquet", mend=_MEND_ZEROS)  # fmt: skip


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

    Latin letters with accents often decode as Shift_JIS too, but stand alone between plain letters. The signs
    of a date, as in 2026年4月1日, stand alone too, and nothing else is written like that.
    """
    text = codecs.getincrementaldecoder("cp932")("ignore").decode(head)
    if _DATE.search(text):
        return True
    runs = [len(run) for run in _RUN.findall(text)]
    return sum(n for n in runs if n >= 2) > 0.5 * sum(runs)


def decode_head(head: bytes, encoding: str) -> str:
    """Decode the first bytes of a file; a character that is cut at the end is left out."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.removeprefix("\ufeff")
