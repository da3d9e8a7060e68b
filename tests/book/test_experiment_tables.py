"""The stored tables of the experiments are whole, and are compared with fresh runs as promised."""

from __future__ import annotations

import math

import experiments
import numpy as np
import pytest

from rnn_core import sweep
from rnn_core.sweep.grid import points


@pytest.fixture(params=experiments.names())
def name(request: pytest.FixtureRequest) -> str:
    """Return each experiment in turn."""
    return request.param


def test_a_table_has_every_setting_of_its_script_with_five_seeds_or_more(name):
    table, script = experiments.stored(name), experiments.load(name)
    keys = experiments.settings_of(table)
    wanted = [dict.fromkeys(keys) | point for point in points(script.GRID)]
    seeds = sorted(set(table["seed"]))
    assert len(seeds) >= 5
    assert seeds == list(range(len(seeds)))
    assert [{key: row[key] for key in keys} | {"seed": row["seed"]} for row in table] == [
        setting | {"seed": seed} for setting in wanted for seed in seeds
    ]


def test_a_script_says_how_its_table_is_made_again(name):
    assert f"python book/_experiments/{name}.py" in experiments.load(name).__doc__


def made(*values: float, cell: str = "RNN") -> list[dict]:
    return [{"cell": cell, "seed": n, "loss": value} for n, value in enumerate(values)]


def table(*rows: dict) -> sweep.Table:
    return sweep.Table(("cell", "seed", "loss"), list(rows))


def test_ranges_that_touch_agree_and_others_are_apart():
    old = table(*made(1, 2, 3), *made(5, math.inf, math.inf, cell="GRU"))
    new = table(*made(3, 4, 5), *made(1, 2, 4, cell="GRU"))
    touching, apart = experiments.compare(old, new)
    assert (touching.apart, touching.within) == (False, False)
    assert (apart.apart, apart.within) == (True, False)
    lines = list(experiments.report("it", [touching, apart]))
    assert lines[0] == "  cell=GRU: loss: stored 5 … inf, fresh 1 … 4"
    assert lines[-1] == "it: 2 comparisons, 1 ranges apart; 0 fresh medians within the stored range"


def test_never_solved_agrees_with_never_solved():
    never = table(*made(math.inf, math.inf))
    (found,) = experiments.compare(never, never)
    assert (found.apart, found.within) == (False, True)


def test_a_setting_that_is_gone_is_named():
    with pytest.raises(ValueError, match="'GRU'"):
        experiments.compare(table(*made(1, cell="GRU")), table(*made(1)))


@pytest.mark.parametrize(("fresh", "agrees"), [((1.5, 2.5), True), ((7.0, 8.0), False)])
def test_a_check_runs_other_seeds_and_fails_when_ranges_are_apart(monkeypatch, fresh, agrees):
    asked = []

    class Script:
        @staticmethod
        def table(seeds):
            asked.extend(seeds)
            return table(*(row for cell in "abc" for row in made(*fresh, cell=cell)))

    old = table(*(row for cell in "abc" for row in made(1, 2, cell=cell)))
    monkeypatch.setattr(experiments, "stored", lambda name: old)
    monkeypatch.setattr(experiments, "load", lambda name: Script)
    assert experiments.check("it", same_seeds=False) is agrees
    assert asked == [100, 101]


def test_a_run_of_a_stored_table_made_again_is_the_stored_run():
    """The cheapest run of one table: a solved row of the clipping experiment."""
    rows = experiments.stored("clipping").where(radius=1.6, clip=True)
    row = min(rows, key=lambda row: row["solved"])
    again = experiments.load("clipping").run(np.random.default_rng(row["seed"]), 1.6, True)
    solved = [each["solved"] for each in rows]
    assert min(solved) <= again["solved"] <= 2 * max(solved)
    assert again["accuracy"] >= 0.99
