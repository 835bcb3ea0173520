"""`baas credit`: from files to a card, from applications to scores and reasons."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.credit.__main__ import main
from pipelines.credit.training import score
from risk.scorecard.card import decode
from tests.pipelines.credit.books import made_up


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book as CSV, and a card that was made of it."""
    path, book = tmp_path_factory.mktemp("book"), made_up()
    book.loans.write_csv(path / "loans.csv")
    book.movements.write_parquet(path / "movements.parquet")
    book.orders.write_csv(path / "orders.csv")
    book.areas.write_csv(path / "areas.csv")
    assert main(["train", *files(path), "--out", str(path / "made"), "--repeats", "1", "--pdo", "40"]) == 0
    return path


def files(folder: Path) -> list[str]:
    named = {"loans": "loans.csv", "movements": "movements.parquet", "orders": "orders.csv", "areas": "areas.csv"}
    return [word for name, file in named.items() for word in (f"--{name}", str(folder / file))]


def test_a_card_and_its_page_are_written(folder):
    card = decode((folder / "made" / "scorecard.json").read_bytes())
    assert card.scaling.pdo == 40
    assert card.training["loans"] == 400
    assert "## Points" in (folder / "made" / "model-card.md").read_text()


def test_scores_are_those_of_the_card_with_reasons_for_each_application(folder, capsys):
    card = str(folder / "made" / "scorecard.json")
    assert main(["score", *files(folder), "--card", card]) == 0
    told = pl.read_csv(capsys.readouterr().out.encode())
    scored = score(decode(Path(card).read_bytes()), made_up())
    assert told["score"].to_list() == scored.score.tolist()
    assert told["probability_of_default"].to_list() == pytest.approx(scored.probability_of_default.tolist(), abs=1e-6)
    lowest = told.sort("score").row(0, named=True)
    assert lowest["reasons"].split()


def test_an_explanation_adds_up_to_the_score(folder, capsys):
    card = str(folder / "made" / "scorecard.json")
    assert main(["explain", *files(folder), "--card", card, "l3"]) == 0
    told = capsys.readouterr().out
    scored = score(decode(Path(card).read_bytes()), made_up())
    assert told.startswith(f"score {scored.score[3]}, ")
    table = told.split("\n\n")[1].splitlines()[1:]
    assert sum(int(line.split()[-2]) for line in table) == scored.score[3]
    assert main(["explain", *files(folder), "--card", card, "nobody"]) == 2
    assert "no application nobody" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"drop": "payment_minor"}, "there is no column payment_minor"),
        ({"granted_on": "15.06.2024"}, "'15.06.2024' in column granted_on is not a date"),
        ({"amount_minor": "-5"}, "must be above 0"),
        ({"amount_minor": "12.5"}, "'12.5' in column amount_minor is not a int64"),
        ({"bad": "perhaps"}, "'perhaps' in column bad is not a boolean"),
        ({"loan_id": "l1"}, "loan l1 is there more than once"),
        ({"payment_minor": None}, "payment_minor is missing in 1 rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_is_wrong(folder, tmp_path, capsys, change, words):
    loans = pl.read_csv(folder / "loans.csv", infer_schema=False)
    if "drop" in change:
        loans = loans.drop(change["drop"])
    else:
        [(column, value)] = change.items()
        loans = loans.with_columns(pl.Series(column, [value, *loans[column].to_list()[1:]]))
    loans.write_csv(tmp_path / "loans.csv")
    arguments = ["train", *files(folder), "--loans", str(tmp_path / "loans.csv"), "--out", str(tmp_path)]
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "docs/credit-score.md" in told


def test_amounts_with_a_fraction_are_refused_and_not_cut(folder, tmp_path, capsys):
    loans = made_up().loans.with_columns(pl.col("payment_minor") + 0.5)
    loans.write_parquet(tmp_path / "loans.parquet")
    assert main(["train", *files(folder), "--loans", str(tmp_path / "loans.parquet"), "--out", str(tmp_path)]) == 2
    assert "is not a whole number" in capsys.readouterr().err


def test_a_document_that_is_no_card_is_refused(folder, capsys):
    assert main(["score", *files(folder), "--card", str(folder / "loans.csv")]) == 2
    assert "baas credit train" in capsys.readouterr().err
