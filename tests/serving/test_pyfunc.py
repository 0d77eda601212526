"""The registered model: a plain MLflow pyfunc on lead documents, without pickle, with the batch's numbers."""

from __future__ import annotations

import json

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from qualify.errors import DataError, UserError
from serving.pyfunc_model import score_documents
from tests.serving.lead_documents import agree, document


@pytest.fixture(scope="module")
def model(world):
    """The champion, as a user of MLflow loads it."""
    mlflow.set_tracking_uri(world.config.mlflow.store_uri(world.folder))
    mlflow.set_registry_uri(world.config.mlflow.store_uri(world.folder))
    return mlflow.pyfunc.load_model("models:/qualify@champion")


@pytest.fixture(scope="module")
def chosen(batch):
    """Leads from all over the list."""
    return list(batch)[::61]


@pytest.mark.parametrize("nested", [False, True])
def test_a_lead_document_gets_the_numbers_of_the_batch(world, batch, chosen, nested):
    for lead_id in chosen:
        found = score_documents(world.scorer, [document(world, lead_id, nested=nested)], 3, "en")
        agree(found.iloc[0], batch[lead_id])


def test_mlflow_gives_the_numbers_of_the_batch(world, model, batch, chosen):
    frame = pd.DataFrame([document(world, lead_id) for lead_id in chosen])
    found = model.predict(frame)
    assert found["lead_id"].tolist() == chosen
    for row, lead_id in zip(found.to_dict("records"), chosen, strict=True):
        agree(row, batch[lead_id])
    # The list comes in the order of the documents; rank is the place among them.
    assert sorted(found["rank"]) == list(range(1, len(chosen) + 1))
    assert found.sort_values("rank")["probability"].is_monotonic_decreasing


def test_documents_come_as_the_json_of_the_scoring_server(world, model, batch, chosen):
    """What `mlflow models predict` and `mlflow models serve` do with `dataframe_records`."""
    from mlflow.pyfunc.scoring_server import infer_and_parse_data

    payload = json.dumps({"dataframe_records": [document(world, lead_id) for lead_id in chosen[:4]]})
    data = infer_and_parse_data(json.loads(payload), model.metadata.get_input_schema())
    found = model.predict(data)
    for row, lead_id in zip(found.to_dict("records"), chosen[:4], strict=True):
        agree(row, batch[lead_id])


def test_the_answer_can_be_written_as_json(world, model, chosen):
    from io import StringIO

    from mlflow.pyfunc.scoring_server import predictions_to_json

    out = StringIO()
    predictions_to_json(model.predict(pd.DataFrame([document(world, chosen[0])])), out)
    (row,) = json.loads(out.getvalue())["predictions"]
    assert row["lead_id"] == chosen[0]
    assert isinstance(row["reasons"][0]["contribution"], float)


def test_parameters_choose_the_number_and_the_language_of_reasons(world, model, chosen):
    frame = pd.DataFrame([document(world, chosen[0])])
    english = model.predict(frame, params={"reasons": 1})
    japanese = model.predict(frame, params={"reasons": 5, "language": "ja"})
    assert len(english["reasons"][0]) == 1
    assert len(japanese["reasons"][0]) == 5
    assert english["probability"][0] == japanese["probability"][0]
    assert any("\u3040" <= letter <= "\u9fff" for letter in japanese["reasons"][0][0]["text"])


def test_a_language_that_we_do_not_speak_is_refused(world, model, chosen):
    with pytest.raises(Exception, match=r"(?s)fr.*(en|ja)"):
        model.predict(pd.DataFrame([document(world, chosen[0])]), params={"language": "fr"})


def test_the_signature_is_there_and_enforced(world, model):
    inputs = model.metadata.get_input_schema()
    names = inputs.input_names()
    assert {"lead_id", "created_at", "as_of", "activities", "stages", "industry"} <= set(names)
    assert inputs.required_input_names() == ["lead_id"]
    assert {p.name for p in model.metadata.get_params_schema()} == {"reasons", "language", "rejects"}
    with pytest.raises(MlflowException, match="lead_id"):
        model.predict(pd.DataFrame([{"industry": "IT"}]))
    with pytest.raises(MlflowException, match="activities"):
        model.predict(pd.DataFrame([{"lead_id": "x", "activities": "none"}]))


def test_little_is_enough(model):
    found = model.predict(pd.DataFrame([{"lead_id": "new"}]))
    assert 0 < found["probability"][0] < 1
    assert found["lead_id"][0] == "new"


def test_values_may_be_whole_numbers_texts_or_nothing(model):
    def scored(value):
        visit = {"type": "site_visit", "occurred_at": "2026-06-01T00:00:00Z", "topic": None, "value": value}
        lead = {"lead_id": "new", "as_of": "2026-06-02T00:00:00Z", "employees": 500, "activities": [visit]}
        return model.predict(pd.DataFrame([lead]))["probability"][0]

    assert scored(30) == scored(30.0) == scored("30")
    assert 0 < scored(None) < 1


def test_values_of_one_column_may_be_of_several_kinds(model):
    frame = pd.DataFrame([{"lead_id": "a", "employees": 500}, {"lead_id": "b", "employees": "1,200"},
                          {"lead_id": "c", "employees": None}])  # fmt: skip
    assert model.predict(frame)["lead_id"].tolist() == ["a", "b", "c"]


def test_what_nobody_asked_about_does_no_harm(world, model, batch, chosen):
    more = document(world, chosen[0]) | {"favourite_colour": "green"}
    agree(model.predict(pd.DataFrame([more])).iloc[0], batch[chosen[0]])


def test_the_example_that_was_logged_can_be_scored(world, model):
    example = json.loads((world.model_folder / "input_example.json").read_text(encoding="utf-8"))
    found = model.predict(pd.DataFrame(example["data"], columns=example["columns"]))
    assert found["lead_id"].tolist() == ["example-1"]


def test_the_example_is_no_row_of_the_users_table(world):
    text = (world.model_folder / "input_example.json").read_text(encoding="utf-8")
    leads = world.arrow["leads"]
    assert not any(f'"{lead}"' in text for lead in leads["lead_id"].to_pylist())
    assert not any(f'"{email}"' in text for email in leads["email"].to_pylist() if email)


def test_the_model_holds_no_pickle(world):
    # What Python compiled when the model was loaded here is not of the model.
    files = [path for path in world.model_folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert any(path.name == "pyfunc_model.py" for path in files)
    endings = {path.suffix for path in files}
    assert endings <= {".py", ".txt", ".yaml", ".json", ""}
    for path in files:
        data = path.read_bytes()
        # A pickle of protocol 2 and later begins with 0x80 and its number; all of ours is text.
        assert not data.startswith(b"\x80"), path
        data.decode("utf-8")
    described = (world.model_folder / "MLmodel").read_text(encoding="utf-8")
    assert "python_model.pkl" not in described
    assert "loader_module: mlflow.pyfunc.loaders.code_model" in described


def test_bad_documents_are_told_by_their_position(world, chosen):
    good, bad = document(world, chosen[0]), document(world, chosen[1])
    bad["created_at"] = "2027-01-01T00:00:00Z"
    with pytest.raises(
        DataError, match=r"(?s)1 of the lead documents.*document 1.*after the time of scoring"
    ):
        score_documents(world.scorer, [good, bad], 3, "en")


BAD = {
    "missing_id": {"lead_id": ""},
    "bad_created_at": {"created_at": "soon"},
    "not_yet_created": {"created_at": "2027-01-01T00:00:00Z"},
    "bad_document": {"as_of": "soon"},
}
KEEP = {"rejects": "keep"}


@pytest.mark.parametrize("bad", [list(BAD), list(BAD)[:3]])
def test_rejects_are_kept_in_their_place(world, model, batch, chosen, bad):
    documents = [document(world, lead_id) for lead_id in chosen[:5]]
    wrong = {2 * place: document(world, chosen[6 + place]) | BAD[code] for place, code in enumerate(bad)}
    wrong[len(wrong) + 5] = documents[1]  # a second time
    for place, each in wrong.items():
        documents.insert(place, each)
    found = model.predict(pd.DataFrame(documents), params=KEEP)
    assert found["lead_id"].tolist() == [each["lead_id"] for each in documents]
    rows = found.to_dict("records")
    codes = [*bad, "duplicate_id"]
    assert [rows[place]["code"] for place in wrong] == codes
    for place in wrong:
        assert rows[place]["reasons"] == []
        assert len(rows[place]["message"]) > 10
        assert {rows[place][name] for name in found if name not in ("lead_id", "code", "message", "reasons")}\
            == {None}  # fmt: skip
    good = [row for place, row in enumerate(rows) if place not in wrong]
    for row, lead_id in zip(good, chosen, strict=False):
        agree(row, batch[lead_id])
        assert (row["code"], row["message"]) == (None, None)
    assert sorted(row["rank"] for row in good) == list(range(1, 6))
    assert all(isinstance(row["rank"], int) for row in good)


@pytest.mark.parametrize("code", BAD)
def test_a_batch_of_nothing_but_rejects_has_its_columns(world, model, chosen, code):
    documents = pd.DataFrame([document(world, lead_id) | BAD[code] for lead_id in chosen[:3]])
    found = model.predict(documents, params=KEEP)
    assert found["code"].tolist() == [code] * 3
    assert found["probability"].tolist() == [None] * 3
    good = model.predict(pd.DataFrame([document(world, chosen[0])]), params=KEEP)
    assert found.columns.tolist() == good.columns.tolist()
    assert good["code"].tolist() == [None]
    assert good["probability"].dtype == float


def test_rejects_are_nulls_in_json(world, model, chosen):
    from io import StringIO

    from mlflow.pyfunc.scoring_server import predictions_to_json

    bad = document(world, chosen[1]) | BAD["bad_document"]
    out = StringIO()
    predictions_to_json(model.predict(pd.DataFrame([document(world, chosen[0]), bad]), params=KEEP), out)
    assert "NaN" not in out.getvalue()
    good, kept = json.loads(out.getvalue())["predictions"]
    assert good["probability"] > 0
    assert (kept["probability"], kept["rank"], kept["as_of"], kept["reasons"]) == (None, None, None, [])
    assert kept["message"].startswith("`as_of` is no time.; got: 'soon'")


def test_leads_without_an_id_are_called_by_their_place_among_all(model):
    leads = [{"lead_id": "a", "as_of": "soon"}, {"lead_id": None}, {"lead_id": "c"}]
    found = model.predict(pd.DataFrame(leads), params=KEEP)
    assert found["lead_id"].tolist() == ["a", "1", "c"]
    assert found["code"].tolist() == ["bad_document", None, None]


def test_what_is_to_become_of_rejects_is_known(model):
    with pytest.raises(UserError, match=r"(?s)`rejects`.*drop.*raise or keep"):
        model.predict(pd.DataFrame([{"lead_id": "a"}]), params={"rejects": "drop"})


def test_a_moment_that_is_no_time_is_told(world, chosen):
    wrong = document(world, chosen[0]) | {"as_of": "soon"}
    with pytest.raises(DataError, match=r"(?s)`as_of` is no time.*soon"):
        score_documents(world.scorer, [wrong], 3, "en")
