"""`baas features` says what each feature means, and refuses in words."""

import json
import os
import subprocess
import sys

import pytest

from feature_store.definitions import CATALOGUE


def features(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "baas.features", *arguments], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"COLUMNS": "200"} | environment,
    )  # fmt: skip


def test_the_list_holds_every_feature_with_all_that_a_person_asks():
    found = json.loads(features("list", "--json").stdout)
    assert [feature["name"] for feature in found] == [feature.name for feature in CATALOGUE]
    assert all(feature["sentence"] and feature["owner"] and feature["reason code"] for feature in found)


def test_the_list_can_be_narrowed_to_an_entity_and_a_word():
    found = json.loads(features("list", "--entity", "card", "--search", "impossible", "--json").stdout)
    assert [feature["name"] for feature in found] == ["card_speed_kmh_1d", "card_speed_kmh_7d"]


def test_an_explanation_gives_formula_key_window_and_owner():
    told = features("explain", "customer_payees_1d").stdout
    for part in ("number of different values", "same customer", "(t - 1 d, t]", "payment-risk", "as_scored and settled"):
        assert part in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "customer_payees"), "near it are customer_payees_1h"),
        (("values", "wolf=1"), "write one of customer, account"),
        (("values", "customer="), "write one of customer, account"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], words: str):
    done = features(*arguments)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_values_say_when_no_scorer_answers():
    done = features("values", "customer=c000001", BAAS_SCORER__RPC__PORT="9")
    assert done.returncode == 1
    assert "the scorer does not answer" in done.stderr


def test_feast_runs_in_our_repository_with_our_servers():
    done = features("feast", "configuration", BAAS_VALKEY__PORT="6999", BAAS_WAREHOUSE__PORT="5999")
    assert "type: feature_store.offline.store.ParquetOfflineStore" in done.stdout
    assert ":6999" in done.stdout
    assert ":5999/feast" in done.stdout


def test_profiles_are_made_only_of_days_that_have_ended():
    done = features("profiles", "--to", "2999-01-01", "--offline")
    assert (done.returncode, "have ended" in done.stderr) == (2, True)
