"""A table read piece by piece: texts that come again and again stay codes, and mean what they meant."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.leads.stream import open_stream

CODED = pa.dictionary(pa.int32(), pa.string())
WORDS = ["b", None, "", " a", "b", "c"]
KINDS = {
    "plain": pa.array(WORDS),
    "coded": pa.array(WORDS).dictionary_encode(),
    "narrow": pa.array(WORDS).cast(pa.dictionary(pa.int8(), pa.string())),
    "large": pa.array(WORDS, pa.large_string()),
    "nothing": pa.nulls(len(WORDS)),
    "absent": None,
}


def table(kind):
    ids = {"lead_id": [f"L{i}" for i in range(len(WORDS))]}
    return pa.table(ids if KINDS[kind] is None else {**ids, "type": KINDS[kind]})


def read(folder, names):
    stream = open_stream(str(folder), dictionaries=names)
    pieces = list(stream.pieces(["lead_id", "type"]))
    assert {piece.schema.field("type").type for piece in pieces} == {stream.schema.field("type").type}
    return stream.schema, pa.concat_tables(pieces)


@pytest.mark.parametrize("first", sorted(KINDS))
@pytest.mark.parametrize("second", ["plain", "coded"])
def test_codes_mean_the_texts_whatever_the_files_hold(tmp_path, first, second):
    for number, kind in enumerate((first, second)):
        pq.write_table(table(kind), tmp_path / f"{number}.parquet", row_group_size=4)
    schema, coded = read(tmp_path, ["type"])
    plain_schema, plain = read(tmp_path, [])
    assert coded["type"].to_pylist() == plain["type"].to_pylist()
    assert coded["lead_id"].to_pylist() == plain["lead_id"].to_pylist()
    assert schema.field("lead_id").type == pa.string()
    assert schema.field("type").type == (CODED if pa.types.is_string(plain_schema.field("type").type)
                                         else plain_schema.field("type").type)  # fmt: skip


def test_what_is_no_text_stays_as_it_is(tmp_path):
    pq.write_table(pa.table({"lead_id": ["a", "b"], "type": [1.5, None]}), tmp_path / "t.parquet")
    schema, found = read(tmp_path, ["type", "not there"])
    assert schema.field("type").type == pa.float64()
    assert found["type"].to_pylist() == [1.5, None]
