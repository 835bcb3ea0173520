"""Learning what movements were for: from what holders said and left, never from what came later."""

import itertools
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from insight.categories.deciding import Asked, Decision, Source, decide
from insight.categories.model import read
from pipelines.insight.categories.__main__ import main
from pipelines.insight.categories.judging import calibration_error, rightness
from pipelines.insight.categories.labelled import (
    CODE_WEIGHT,
    LEFT_WEIGHT,
    SAID_WEIGHT,
    Line,
    Mark,
    corrections,
    examples,
    merchants,
    read_lines,
    read_marks,
)
from pipelines.insight.categories.registry import MODEL_NAME, newest, register
from pipelines.insight.categories.training import TooFewExamples, train
from simulator.statements.files import write_statements
from simulator.statements.plan import StatementPlan

DAY = date(2026, 1, 10)
BILL = Asked(
    purpose=Purpose.TRANSFER, channel=Channel.BOLETO, mcc=None, kind=CounterpartyKind.OUTSIDE, received=False,
    counterparty="p1", text="PAG BOLETO ENERGIA SUL",
)  # fmt: skip
SHOP = replace(BILL, channel=Channel.CARD, mcc=5411, counterparty="m1", text="COMPRA MERCADO REAL")
ids = itertools.count()


def line(asked: Asked, *, account: str = "a", day: date = DAY) -> Line:
    return Line(f"l{next(ids)}", account, day, asked)


def mark(of: Line, category: Category = Category.UTILITIES, *, after_days: int = 5) -> Mark:
    return Mark(of.line_id, category, of.booked_day + timedelta(days=after_days))


def looked_at(account: str = "a", day: date = DAY) -> tuple[list[Line], list[Mark]]:
    """Three marks of a month: its holder has looked at it."""
    lines = [
        line(replace(BILL, counterparty=f"q{number}", text=f"PAG BOLETO AGUAS {'ABC'[number]}"), account=account, day=day)
        for number in range(3)
    ]
    return lines, [mark(each) for each in lines]


def test_a_holders_word_weighs_most_and_a_code_least() -> None:
    bill, shop = line(BILL), line(SHOP)
    found = {each.group: each for each in examples([bill, shop], [mark(bill)])}
    assert (found["p1"].category, found["p1"].weight) == (Category.UTILITIES, SAID_WEIGHT)
    assert (found["m1"].category, found["m1"].weight) == (Category.GROCERIES, CODE_WEIGHT)
    assert found["p1"].judged == Category.BILLS


def test_what_a_holder_left_in_a_month_that_they_looked_at_stands() -> None:
    lines, marks = looked_at()
    left = line(replace(BILL, counterparty="p2", text="PAG BOLETO FATURA"))
    elsewhere = line(replace(BILL, counterparty="p3", text="PAG BOLETO OUTRA"), account="b")
    found = {each.group: each for each in examples([*lines, left, elsewhere], marks)}
    assert (found["p2"].category, found["p2"].weight, found["p2"].looked_at) == (Category.BILLS, LEFT_WEIGHT, True)
    assert "p3" not in found, "nobody has looked at that one"


def test_a_word_is_meant_of_the_counterparty_and_not_contradicted_by_what_others_left() -> None:
    lines, marks = looked_at()
    one, again = line(BILL), line(replace(BILL, text="DA ENERGIA SUL"))
    of_others, their_marks = looked_at("b")
    others = line(BILL, account="b")
    found = [each for each in examples([*lines, one, again, *of_others, others], [*marks, mark(one), *their_marks])
             if each.group == "p1"]  # fmt: skip
    assert {each.category for each in found} == {Category.UTILITIES}
    assert sum(each.weight for each in found) == 2 * SAID_WEIGHT


def test_a_merchant_is_known_once_several_holders_call_it_alike() -> None:
    of_three = [line(BILL, account=account) for account in "abc"]
    assert merchants(of_three[:2], [mark(each) for each in of_three[:2]]) == {}
    assert merchants(of_three, [mark(each) for each in of_three]) == {"p1": "utilities"}
    divided = [mark(each, category) for each, category in zip(of_three, list(Category)[:3], strict=True)]
    assert merchants(of_three, divided) == {}


def test_corrections_are_of_the_account_in_the_order_in_which_they_were_said() -> None:
    one, other = line(BILL), line(SHOP, account="b")
    found = corrections({each.line_id: each for each in (one, other)}, [mark(one), mark(other, Category.HOME)])
    assert [each.category for each in found["a"]] == [Category.UTILITIES]
    assert found["b"][0].counterparty == "m1"


TRADES = {Category.UTILITIES: ("ENERGIA", "AGUAS"), Category.EDUCATION: ("COLEGIO", "ESCOLA"), Category.HOME: ("IMOBILIARIA",)}


@pytest.fixture(scope="module")
def told() -> tuple[list[Line], list[Mark]]:
    """Two hundred bills of companies that are called after their trade, over ten months, each called right by its holder."""
    chance = random.Random(1)
    lines, marks = [], []
    for number in range(240):
        category = list(TRADES)[number % len(TRADES)]
        name = "".join(chance.choices("BCDFGLMNPRSTV", k=3)) + chance.choice("AEIO")
        text = f"PAG BOLETO {chance.choice(TRADES[category])} {name}"
        day = date(2025, 6, 1) + timedelta(days=number)
        lines.append(Line(f"t{number:03d}", f"{number % 7}", day, replace(BILL, counterparty=f"c{number}", text=text)))
        marks.append(Mark(lines[-1].line_id, category, day + timedelta(days=3)))
    return lines, marks


@pytest.fixture(scope="module")
def folder(told: tuple[list[Line], list[Mark]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("statements")
    lines, marks = told
    columns = ("line_id", "account_id", "booked_day", "purpose", "channel", "mcc", "counterparty_kind", "amount_minor",
               "counterparty_id", "text")  # fmt: skip
    rows = [
        (each.line_id, each.account_id, each.booked_day, "transfer", "boleto", None, "outside", -9_000, each.asked.counterparty,
         each.asked.text)
        for each in lines
    ]  # fmt: skip
    pl.DataFrame(rows, schema=columns, orient="row").write_parquet(found / "statements.parquet")
    pl.DataFrame(
        [(each.line_id, str(each.category), each.marked_day) for each in marks],
        schema=("line_id", "category", "marked_day"),
        orient="row",
    ).write_parquet(found / "marks.parquet")
    return found


def test_what_was_learned_calls_other_companies_by_their_words(folder: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "categories.model"
    assert main(["train", "--statements", str(folder), "--until", "2026-01-20", "--out", str(out)]) == 0
    assert "texts" in capsys.readouterr().out
    model = read(out)
    assert model.trained_until == "2026-01-20"
    asked = [
        replace(BILL, counterparty="", text=text)
        for text in ("PAG BOLETO ENERGIA OURO", "DA COLEGIO ZUM", "PAGTO IMOBILIARIA X")
    ]
    found = decide(asked, model=model)
    assert [each.category for each in found] == [Category.UTILITIES, Category.EDUCATION, Category.HOME]
    assert {each.source for each in found} == {Source.TEXT}
    assert main(["say", "PAG BOLETO ENERGIA OURO", "--channel", "boleto", "--model", str(out)]) == 0
    assert capsys.readouterr().out.startswith("utilities by text")


def test_nothing_that_was_said_or_booked_later_is_learned(told: tuple[list[Line], list[Mark]]) -> None:
    until, (lines, marks) = date(2026, 1, 10), told
    whole = train(lines, marks, until=until)
    cut = train(
        [each for each in lines if each.booked_day <= until], [each for each in marks if each.marked_day <= until], until=until
    )
    assert whole.model == cut.model
    assert whole.examples < len(lines)


def test_what_holders_put_right_is_known_after_the_next_training(told: tuple[list[Line], list[Mark]]) -> None:
    until, (lines, marks) = date(2026, 2, 10), told
    new = replace(BILL, counterparty="p777", text="PAG BOLETO XYZW QRST")
    said = [Line(f"n{number}", f"{number}", until, new) for number in range(4)]
    before = train(lines, marks, until=until).model
    after = train([*lines, *said], [*marks, *(Mark(each.line_id, Category.TRAVEL, until) for each in said)], until=until).model
    assert decide([new], model=before)[0].category != Category.TRAVEL
    assert decide([new], model=after)[0] == Decision(Category.TRAVEL, Source.MERCHANT)


def test_too_little_to_learn_from_is_refused_in_words(
    told: tuple[list[Line], list[Mark]], folder: Path, tmp_path: Path, capsys
):
    lines, marks = told
    with pytest.raises(TooFewExamples, match="texts"):
        train(lines, marks, until=lines[50].booked_day)
    assert main(["train", "--statements", str(folder), "--until", "2020-01-01", "--out", str(tmp_path / "m")]) == 2
    assert "200 are needed" in capsys.readouterr().err
    assert main(["train", "--statements", str(tmp_path), "--out", str(tmp_path / "m")]) == 2


def test_simulated_statements_are_read_as_a_bank_sees_them(tmp_path: Path) -> None:
    plan = StatementPlan(households=3, days=100, seed=5, last_day=date(2026, 3, 31), customers=200)
    manifest = write_statements(tmp_path, plan)
    lines = read_lines(tmp_path)
    assert len(lines) == manifest["rows"]["statements"]
    assert [each.booked_day for each in lines] == sorted(each.booked_day for each in lines)
    assert {each.line_id for each in lines} >= {each.line_id for each in read_marks(tmp_path)}


@pytest.mark.filterwarnings("ignore")
def test_it_is_registered_with_what_it_learned_from_and_comes_back_the_same(
    told: tuple[list[Line], list[Mark]], tmp_path: Path
) -> None:
    import mlflow

    before, uri = mlflow.get_tracking_uri(), f"sqlite:///{tmp_path}/registry.db"
    trained = train(*told, until=date(2026, 1, 20))
    mlflow.set_tracking_uri(uri)
    try:
        mlflow.create_experiment(MODEL_NAME, artifact_location=(tmp_path / "files").as_uri())
        assert [register(uri, trained, source="here") for _ in range(2)] == [1, 2]
        assert newest(uri) == trained.model
        run = mlflow.MlflowClient().get_run(mlflow.MlflowClient().get_model_version(MODEL_NAME, "2").run_id)
        assert run.data.params["data.until"] == "2026-01-20"
        assert run.data.metrics["held_accuracy_pct"] == pytest.approx(trained.held_accuracy_pct)
    finally:
        mlflow.set_tracking_uri(before)


def test_rightness_counts_each_category_alike() -> None:
    true = [Category.FUEL] * 8 + [Category.HOME] * 2
    found = rightness(true, [Category.FUEL] * 10)
    assert found is not None
    assert found.accuracy_pct == 80.0
    assert found.macro_f1 == pytest.approx((2 * 8 / 18 + 0) / 2)
    assert rightness([], []) is None


def test_who_is_right_as_often_as_sure_has_no_calibration_error() -> None:
    sure = np.repeat([0.5, 1.0], [10, 5])
    right = np.array([True, False] * 5 + [True] * 5)
    assert calibration_error(right, sure) == pytest.approx(0.0)
    assert calibration_error(~right, sure) == pytest.approx(1 / 3)
