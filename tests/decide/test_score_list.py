"""The score list from chunks of coded columns: the order, the ranks, and every text with its row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.decide.score_list import Words, by_rank, in_ranks
from qualify.errors import QualifyError
from qualify.explain.reasons import Reasons
from qualify.explain.said import Said

BANDS = ("A", "B")
chances = st.lists(st.sampled_from([0.1, 0.25, 0.5]), max_size=30)


def reasons(names: list[str]) -> Reasons:
    """Return one reason a row that says the row's name, or none for a name in capitals."""
    texts = Said(np.array(names, dtype=object), np.arange(len(names)).reshape(-1, 1))
    field = np.array([-1 if name.isupper() else 0 for name in names], dtype=np.int64).reshape(-1, 1)
    size = np.ones((len(names), 1))
    return Reasons(("f",), ("F",), field, size, texts, texts, np.arange(len(names), dtype=np.float64))


def chunk(names: list[str], probability: list[float], bands: tuple[str, ...] = BANDS) -> dict[str, Any]:
    return {
        "lead_id": np.array(names, dtype=object),
        "as_of": np.full(len(names), 5).astype("datetime64[us]"),
        "probability": np.array(probability),
        "band": Words(np.array([len(name) % 3 - 1 for name in names], dtype=np.int64), bands),
        "reasons": reasons(names),
    }


@given(chances)
def test_by_rank_is_falling_probability_then_id(probability: list[float]) -> None:
    ids = np.array([f"L{place * 7 % 31}" for place in range(len(probability))], dtype=object)
    expected = sorted(range(len(ids)), key=lambda row: (-probability[row], ids[row]))
    assert by_rank(np.array(probability), ids).tolist() == expected


@pytest.mark.parametrize("rows_a_piece", [2, 65_536])
def test_every_row_keeps_its_texts(rows_a_piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qualify.decide.score_list.ROWS_A_PIECE", rows_a_piece)
    chunks = [chunk(["ab", "CD", "efg"], [0.2, 0.9, 0.5]), chunk(["h", "ij"], [0.5, 0.1])]
    found = in_ranks(chunks, threads=2).to_pylist()
    assert [row["lead_id"] for row in found] == ["CD", "efg", "h", "ab", "ij"]
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]
    assert [row["band"] for row in found] == ["B", None, "A", "B", "B"]
    assert [[each["text"] for each in row["reasons"]] for row in found] == [
        [],
        ["efg"],
        ["h"],
        ["ab"],
        ["ij"],
    ]


def test_no_rows_are_a_list_with_all_columns() -> None:
    found = in_ranks([chunk([], [])])
    assert found.num_rows == 0
    assert found.column_names == ["lead_id", "as_of", "rank", "probability", "band", "reasons"]


def test_chunks_of_two_vocabularies_are_refused() -> None:
    with pytest.raises(QualifyError, match="one vocabulary"):
        in_ranks([chunk(["a"], [0.1]), chunk(["b"], [0.2], ("X", "Y"))])
