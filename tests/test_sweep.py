"""Sweeps: the same numbers wherever they run, and nothing lost whatever is killed."""

import contextlib
import copy
import functools
import json
import math
import os
import signal
import subprocess
import sys
import threading
import types
from pathlib import Path

import joblib
import numpy as np
import pytest
import threadpoolctl
from distributed import Client, LocalCluster

from rnn_core import RNN, heads
from rnn_core.network import Model
from rnn_core.optim import SGD
from rnn_core.sweep import SweepError, sweep
from rnn_core.sweep.runs import RunFolder, fingerprint
from rnn_core.sweep.table import Table, read_csv
from rnn_core.train import train
from tests.sweep_case import deadly, held, logged, product, runs_of, wait_for

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.xdist_group("cluster")

GRID = {"size": [3, 40], "scale": [1.0, 0.5]}
XS = {"x": range(8)}
quiet = functools.partial(sweep, progress=False)
here = functools.partial(quiet, n_jobs=1)


@pytest.fixture(scope="module")
def cluster():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with LocalCluster(**options, dashboard_address=":0") as cluster, Client(cluster):
        yield cluster


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


def one_by_one():
    """Return what a sweep over XS with seed 5 must give, computed by hand."""
    return [{"x": x, "seed": 5, "value": x + np.random.default_rng(5).normal()} for x in range(8)]


def test_a_row_is_what_the_function_gives_by_hand():
    table = here(product, GRID, [7, 2])
    assert table.columns == ("size", "scale", "seed", "norm", "first")
    settings = [(row["size"], row["scale"], row["seed"]) for row in table]
    assert settings == [(n, s, seed) for n in (3, 40) for s in (1.0, 0.5) for seed in (7, 2)]
    with threadpoolctl.threadpool_limits(1):
        for row in table:
            wanted = product(np.random.default_rng(row["seed"]), row["size"], row["scale"])
            assert {name: row[name] for name in wanted} == wanted


def test_processes_and_a_dask_cluster_give_the_same_table(cluster):
    alone = here(product, GRID, range(3))
    assert quiet(product, GRID, range(3), n_jobs=2) == alone
    with joblib.parallel_config(backend="dask"):
        assert quiet(product, GRID, range(3)) == alone


def test_a_seed_means_the_same_run_whatever_else_is_in_the_grid():
    table = here(product, {"size": [3, 40]}, range(3))
    wider = here(product, {"scale": [0.5, 1.0], "size": [40, 8, 3]}, [9, 2, 0, 1])
    for row in table:
        (same,) = wider.where(size=row["size"], scale=1.0, seed=row["seed"])
        assert same == row | {"scale": 1.0}


def test_seeds_give_different_numbers_and_settings_share_them():
    table = here(product, {"size": [3, 4]}, range(20))
    assert len(set(table.where(size=3)["first"])) == 20
    assert table.where(size=3)["first"] == table.where(size=4)["first"]


def test_settings_may_be_listed_one_by_one():
    table = here(product, [{"size": 2, "scale": 3.0}, {"size": np.int64(2)}], [0])
    assert table["scale"] == [3.0, None]
    assert table["norm"][0] == pytest.approx(3 * table["norm"][1], rel=1e-6)
    assert [type(size) for size in table["size"]] == [int, int]


def whereabouts(rng, x):
    threads = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
    return {"pid": os.getpid(), "parent": os.getppid(), "threads": max(threads)}


def test_runs_are_in_processes_with_one_thread_each(cluster, monkeypatch):
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(variable, "2")  # what the processes would have otherwise
    with threadpoolctl.threadpool_limits(2):
        see_where_runs_are(cluster)


def see_where_runs_are(cluster):
    before = threadpoolctl.threadpool_info()
    spread = quiet(whereabouts, XS, [0], n_jobs=2)
    assert os.getpid() not in spread["pid"]
    assert set(spread["parent"]) == {os.getpid()}
    alone = here(whereabouts, XS, [0])
    assert set(alone["pid"]) == {os.getpid()}
    with joblib.parallel_config(n_jobs=1):
        assert set(quiet(whereabouts, XS, [0])["pid"]) == {os.getpid()}
    with joblib.parallel_config(backend="dask"):
        far = quiet(whereabouts, XS, [0])
    assert set(far["pid"]) <= workers_of(cluster)
    assert set(spread["threads"] + alone["threads"] + far["threads"]) == {1}
    assert threadpoolctl.threadpool_info() == before


def test_every_core_is_used_where_nothing_else_is_said(monkeypatch):
    asked, parallel = [], joblib.Parallel

    def remember(n_jobs, **options):
        asked.append(n_jobs)
        return parallel(n_jobs=1, **options)

    monkeypatch.setattr(joblib, "Parallel", remember)
    for limits in ({}, {"n_jobs": 3}):
        with joblib.parallel_config(**limits):
            quiet(product, GRID, [0])
    assert asked == [-1, None]  # None: joblib then takes the 3


def odd(rng, x):
    return {
        "nan": float("nan"),
        "inf": -np.inf,
        "single": np.float32(0.1),
        "count": np.int64(2**60),
        "yes": np.bool_(True),
        "tiny": 5e-324,
    }


def test_values_come_back_from_the_folder_as_they_were(tmp_path):
    fresh, kept = (here(odd, {"x": [0]}, [0], folder=tmp_path / "runs").rows[0] for _ in "ab")
    assert repr(fresh) == repr(kept)
    types = {name: type(kept[name]).__name__ for name in ("single", "count", "yes")}
    assert types == {"single": "float", "count": "int", "yes": "bool"}
    assert (kept["single"], kept["count"]) == (float(np.float32(0.1)), 2**60)
    for path in (tmp_path / "runs").iterdir():
        json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


def test_a_second_call_runs_only_what_is_missing(log, tmp_path):
    folder = tmp_path / "deep" / "runs"
    first = here(logged(log), {"x": [0, 1]}, [5], folder=folder)
    assert runs_of(log) == [0, 1]
    assert here(logged(log), {"x": [1, 0]}, [5], folder=str(folder)).rows == first.rows[::-1]
    assert runs_of(log) == [0, 1]
    assert quiet(logged(log), XS, [5], folder=folder, n_jobs=2).rows == one_by_one()
    assert runs_of(log) == list(range(8))
    here(logged(log), {"x": [0]}, [5, 6], folder=folder)
    assert runs_of(log) == [0, *range(8)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"seed": 5', '"seed": 6'),
        lambda text: text.replace('"values"', '"error"'),
        lambda text: json.dumps(json.loads(text) | {"values": {"value": "many"}}),
        lambda text: json.dumps(json.loads(text) | {"values": [1]}),
        lambda text: "[" * 100_000,
        lambda text: "\x00" * len(text),
    ],
    ids=["empty", "cut", "other run", "failed", "text", "list", "deep", "zeros"],
)
def test_a_file_that_is_not_whole_is_a_run_that_is_not_done(damage, log, tmp_path):
    folder = tmp_path / "runs"
    here(logged(log), XS, [5], folder=folder)
    (path,) = [path for path in folder.iterdir() if '{"x": 6}' in path.read_text()]
    path.write_text(damage(path.read_text()))
    (folder / f"{path.name}.123.part").write_text("{")
    assert here(logged(log), XS, [5], folder=folder).rows == one_by_one()
    assert runs_of(log) == sorted([*range(8), 6])


def test_a_folder_of_something_else_is_refused(tmp_path):
    here(odd, {"x": [0]}, [0], folder=tmp_path / "odd")
    with pytest.raises(ValueError, match=r"folder must hold runs of 'whereabouts'; got .*'odd'"):
        here(whereabouts, {"x": [0]}, [0], folder=tmp_path / "odd")
    (tmp_path / "odd" / "sweep.json").write_text('{"format": "another 1", "run": "", "code": ""}')
    with pytest.raises(ValueError, match=r"folder must be of the format 'rnn_core sweep 1'"):
        here(odd, {"x": [0]}, [0], folder=tmp_path / "odd")
    (tmp_path / "odd" / "sweep.json").write_text("{")
    with pytest.raises(ValueError, match=r"folder must be one that sweep wrote"):
        here(odd, {"x": [0]}, [0], folder=tmp_path / "odd")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(ValueError, match=r"new, empty or one that sweep wrote.*'thesis.tex'"):
        here(odd, {"x": [0]}, [0], folder=tmp_path / "mine")
    with pytest.raises(ValueError, match=r"folder must be a folder; got the file"):
        here(odd, {"x": [0]}, [0], folder=tmp_path / "mine" / "thesis.tex")
    assert os.listdir(tmp_path / "mine") == ["thesis.tex"]


def define(text):
    names = {}
    exec(text, names)
    return names["run"]


@pytest.mark.parametrize(
    "change",
    [
        ("x + k", "x - k"),
        ("k=1", "k=2"),
        ("*, j=3", "*, j=4"),
        ("K = 5", "K = 6"),
        ("M = 7", "M = 8"),
    ],
)
def test_runs_of_an_earlier_version_of_the_function_are_not_mixed_in(change, tmp_path):
    text = """K = 5
def make():
    M = 7
    def run(rng, x, k=1, *, j=3):
        return {"v": x + k + j + K + M}
    return run
run = make()
"""
    assert here(define(text), {"x": [0]}, [0], folder=tmp_path)["v"] == [16]
    same = text.replace("        return", "        # as before\n\n        return")
    assert here(define(same), {"x": [0]}, [0], folder=tmp_path)["v"] == [16]
    later = define(text.replace(*change))
    with pytest.raises(ValueError, match=r"folder must hold runs of .*run' as it is now"):
        here(later, {"x": [0]}, [0], folder=tmp_path)
    (tmp_path / "sweep.json").unlink()
    assert here(later, {"x": [0]}, [0], folder=tmp_path)["v"] == [16]


PRINT = """
from rnn_core.sweep.runs import fingerprint
def run(rng, cell, sizes=(1, None), *, key=len):
    return {"v": cell in {"LSTM", "GRU", "RNN"}, "w": max(map(lambda n: n or 0, sizes))}
print(fingerprint(run))
"""


def test_the_code_of_a_function_has_the_same_hash_in_every_process():
    command = [sys.executable, "-c", PRINT]
    hashes = {
        subprocess.check_output(command, env=os.environ | {"PYTHONHASHSEED": str(seed)}, cwd=ROOT)
        for seed in range(3)
    }
    assert len(hashes) == 1
    assert fingerprint(odd) != fingerprint(whereabouts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([4], [32]),
        ([4], (4,)),
        ({"n": [5]}, {"n": [50]}),
        ({4, 5}, {4, 6}),
        (np.ones(3), np.array([1.0, 1.0, 2.0])),
        (np.ones(3), np.ones(3, np.float32)),
        (np.ones((2, 3)), np.ones((3, 2))),
    ],
    ids=repr,
)
@pytest.mark.parametrize("text", ["len(SIZES)", "sum(len(SIZES) for _ in range(1))"])
def test_runs_with_other_contents_of_a_constant_are_not_mixed_in(text, before, after, tmp_path):
    def of(sizes):
        names = {"SIZES": sizes}
        exec(f"def run(rng, x):\n    return {{'v': {text}}}", names)
        return names["run"]

    row = here(of(before), {"x": [0]}, [0], folder=tmp_path)
    assert here(of(copy.deepcopy(before)), {"x": [0]}, [0], folder=tmp_path) == row
    with pytest.raises(ValueError, match="folder must hold runs of 'run' as it is now"):
        here(of(after), {"x": [0]}, [0], folder=tmp_path)


def fit(rng, x):
    """Train a very small model with the bar that `train` shows by default."""
    model = Model(RNN(1, 2, rng=rng), heads.Readout(2, 1, rng=rng))
    batches = [(np.ones((3, 1, 1)), np.ones((3, 1, 1)))]
    return {"loss": train(model, batches, heads.mean_squared_error, SGD(0.1)).losses[0]}


def test_a_run_that_trains_shows_no_bar_within_that_of_the_sweep(monkeypatch):
    units = []
    monkeypatch.setattr("tqdm.auto.tqdm", lambda x, **options: units.append(options["unit"]) or x)
    sweep(fit, {"x": [0, 1]}, [0], n_jobs=1)
    assert units == ["run"]
    here(fit, {"x": [0, 1]}, [0])
    assert units == ["run"]
    fit(np.random.default_rng(0), 0)
    assert units == ["run", "step"]


def stumble(log, broken):
    def run(rng, x):
        if (broken / str(x)).exists():
            raise OSError(f"no luck with {x}")
        return logged(log)(rng, x)

    return run


def test_a_run_that_raises_does_not_take_the_others_with_it(log, tmp_path):
    folder, broken = tmp_path / "runs", tmp_path / "broken"
    broken.mkdir()
    for x in (2, 6):
        (broken / str(x)).touch()
    with pytest.raises(SweepError, match=r"2 of 8 runs failed:\n  x=2, seed=5: OSError") as caught:
        quiet(stumble(log, broken), XS, [5], folder=folder, n_jobs=2)
    error = caught.value
    assert error.table.rows == [row for row in one_by_one() if row["x"] not in (2, 6)]
    assert [(failed.params, failed.seed) for failed in error.failures] == [
        ({"x": 2}, 5),
        ({"x": 6}, 5),
    ]
    assert error.failures[1].error == "OSError: no luck with 6"
    assert "sweep_case.py" not in error.failures[1].traceback
    assert "in run\n" in error.failures[1].traceback
    assert "no luck with 2" in "".join(error.__notes__)
    records = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    assert sum("error" in record for record in records) == 2
    for path in broken.iterdir():
        path.unlink()
    assert here(stumble(log, broken), XS, [5], folder=folder).rows == one_by_one()
    assert runs_of(log) == list(range(8))


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ([1.0], r"TypeError: run must return a dict of numbers; got \[1.0\]"),
        ({}, r"run must return a dict of numbers; got {}"),
        ({"loss": "low"}, r"TypeError: run must return numbers; got loss='low'"),
        ({"loss": np.zeros(3)}, r"run must return numbers; got loss=array"),
        ({"loss": 1j}, r"run must return numbers; got loss=1j"),
        ({"x": 1.0}, r"ValueError: run must return new names as text; got 'x'"),
        ({"seed": 1.0}, r"run must return new names as text; got 'seed'"),
        ({1: 1.0}, r"run must return new names as text; got 1"),
    ],
)
def test_a_run_that_returns_something_else_than_numbers_has_failed(result, message):
    with pytest.raises(SweepError, match=message):
        here(lambda rng, x: result, {"x": [0]}, [0])


def test_a_number_that_only_some_runs_return_is_nan_in_the_others():
    table = here(lambda rng, x: {"a": x} if x else {"b": 1.5}, {"x": [0, 1]}, [0])
    assert table.columns == ("x", "seed", "b", "a")
    assert table["a"][1] == 1
    assert math.isnan(table["a"][0])
    assert math.isnan(table["b"][1])


def test_a_full_disk_stops_the_sweep_and_what_is_done_is_in_the_error(tmp_path, monkeypatch, log):
    write = RunFolder.write

    def full(store, params, seed, outcome):
        if params["x"] == 3:
            raise OSError("no space left")
        write(store, params, seed, outcome)

    monkeypatch.setattr(RunFolder, "write", full)
    with pytest.raises(SweepError, match=r"stopped with 4 of 8 .*OSError: no space") as caught:
        here(logged(log), XS, [5], folder=tmp_path / "runs")
    assert caught.value.table.rows == one_by_one()[:4]


def test_the_bar_counts_what_was_done_before(log, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("tqdm.auto.tqdm", lambda runs, **options: asked.append(options) or runs)
    for xs in ([0, 1], [0, 1, 2, 3, 4]):
        sweep(logged(log), {"x": xs}, [5], folder=tmp_path / "runs", n_jobs=1)
    assert [(bar["initial"], bar["total"]) for bar in asked] == [(0, 2), (2, 5)]
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert len(sweep(logged(log), XS, [5], n_jobs=1)) == 8


COORDINATOR = """
import signal
import sys
from pathlib import Path
from rnn_core.sweep import sweep
from tests.sweep_case import held
# Where the tests run in the background of a shell, Ctrl-C is ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
log, go, folder = map(Path, sys.argv[1:])
sweep(held(log, go), {"x": range(8)}, [5], folder=folder, n_jobs=2, progress=False)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["SIGINT", "SIGKILL"])
def test_a_sweep_that_was_killed_goes_on_where_it_was(how, log, tmp_path):
    go, folder = tmp_path / "go", tmp_path / "runs"
    command = [sys.executable, "-c", COORDINATOR, str(log), str(go), str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(
            folder, 5, "*.json", process.poll
        )  # sweep.json and x = 0 to 3; the others wait for `go`
        if how == signal.SIGINT:
            os.killpg(process.pid, how)  # as Ctrl-C does: the workers get it too
        else:
            os.kill(process.pid, how)
        assert process.wait(timeout=60) == -how
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert runs_of(log) == [0, 1, 2, 3]
    go.touch()
    assert here(held(log, go), XS, [5], folder=folder).rows == one_by_one()
    assert runs_of(log) == list(range(8))


def test_a_dask_worker_killed_in_the_middle_of_a_run_loses_no_result(cluster, log, tmp_path):
    killed, folder = tmp_path / "killed", tmp_path / "runs"
    run, before = deadly(log, killed, "once", folder), workers_of(cluster)
    with joblib.parallel_config(backend="dask"):
        table = quiet(run, XS, [5], folder=folder)
    assert int(killed.read_text()) in before
    assert table.rows == one_by_one()
    assert set(runs_of(log)) == set(range(8))
    assert len(list(folder.glob("*.json"))) == 9
    wait_until_whole(cluster)
    assert int(killed.read_text()) not in workers_of(cluster)
    count = len(runs_of(log))
    assert here(run, XS, [5], folder=folder) == table
    assert len(runs_of(log)) == count


def test_a_run_that_kills_every_dask_worker_has_failed(cluster, log, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    run = deadly(log, tmp_path / "killed", "always", tmp_path / "runs")
    try:
        with joblib.parallel_config(backend="dask"), pytest.raises(SweepError) as caught:
            quiet(run, {"x": [0, 1, 2, 3]}, [5], folder=tmp_path / "runs")
    finally:
        wait_until_whole(cluster)
    assert "1 of 4 runs failed:\n  x=3, seed=5: KilledWorker: " in str(caught.value)
    assert caught.value.table.rows == one_by_one()[:3]


@pytest.mark.parametrize("backend", ["dask", "loky"])
def test_a_run_that_no_worker_can_read_has_failed(backend, cluster, monkeypatch):
    module = types.ModuleType("only_here")
    exec("def run(rng, x):\n    return {'v': x}", module.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", module)
    with joblib.parallel_config(backend=backend), pytest.raises(SweepError) as caught:
        quiet(module.run, {"x": [0, 1]}, [5], n_jobs=2)
    assert "2 of 2 runs failed:\n" in str(caught.value)
    assert "No module named 'only_here'" in str(caught.value)


def test_a_function_that_cannot_be_sent_is_refused(tmp_path):
    lock = threading.Lock()
    with pytest.raises(TypeError, match=r"run must be a function that can be sent .*lock"):
        quiet(lambda rng, x: {"v": lock}, XS, [0], folder=tmp_path / "runs", n_jobs=2)
    assert os.listdir(tmp_path) == []


def workers_of(cluster):
    return {worker.pid for worker in cluster.workers.values()}


def wait_until_whole(cluster):
    Client.current().wait_for_workers(2, timeout=60)


def test_a_killed_process_ends_the_sweep_and_the_next_call_goes_on(log, tmp_path):
    folder = tmp_path / "runs"
    run = deadly(log, tmp_path / "killed", "once", folder)
    with pytest.raises(
        SweepError, match=r"of 8 runs done; the same call goes on.*Worker"
    ) as caught:
        quiet(run, XS, [5], folder=folder, n_jobs=2)
    error = caught.value
    done = error.table["x"]
    assert error.table.rows == [row for row in one_by_one() if row["x"] in done]
    assert len(done) >= 3
    assert 3 not in done
    assert len(list(folder.glob("*.json"))) == 1 + len(done)
    first = runs_of(log)
    assert quiet(run, XS, [5], folder=folder, n_jobs=2).rows == one_by_one()
    assert len(runs_of(log)) == len(first) + 8 - len(done)


def bad_calls():
    good = {"run": product, "grid": {"size": [2]}, "seeds": [0]}
    yield good | {"run": "product"}, TypeError, r"run must be a function"
    yield good | {"run": lambda size: {}}, TypeError, r"run must take the names"
    yield good | {"grid": {"width": [2]}}, TypeError, r"run must take the names .*'rng', 'width'"
    yield good | {"run": max, "folder": "x"}, TypeError, r"run must take"
    yield good | {"grid": 3}, TypeError, r"grid must be a dict of lists or a list of dicts; got 3"
    yield good | {"grid": []}, ValueError, r"grid must have at least one setting"
    yield good | {"grid": {"size": []}}, ValueError, r"grid must have at least one setting"
    yield good | {"grid": {"size": "234"}}, TypeError, r"grid\['size'\] must be a list.*'234'"
    yield good | {"grid": {"size": 2}}, TypeError, r"grid\['size'\] must be a list of values; got 2"
    yield good | {"grid": {"size": [[2]]}}, TypeError, r"grid\['size'\] must hold text, numbers"
    yield good | {"grid": {"scale": [math.inf]}}, ValueError, r"grid\['scale'\].*finite.*inf"
    yield good | {"grid": {"size": [2, 3, 2]}}, ValueError, r"grid must not have a setting twice"
    yield good | {"grid": {"rng": [2]}}, ValueError, r"grid must have names.*'rng'"
    yield good | {"grid": {"seed": [2]}}, ValueError, r"grid must have names.*'seed'"
    yield good | {"grid": {"a b": [2]}}, ValueError, r"grid must have names.*'a b'"
    yield good | {"grid": {2: [2]}}, TypeError, r"grid must have text as names; got 2"
    yield good | {"seeds": 5}, TypeError, r"seeds must be whole numbers, such as range\(5\); got 5"
    yield good | {"seeds": "01"}, TypeError, r"seeds must be whole numbers"
    yield good | {"seeds": [0.5]}, TypeError, r"seeds must be whole numbers.*0.5"
    yield good | {"seeds": [True]}, TypeError, r"seeds must be whole numbers.*True"
    yield good | {"seeds": [-1]}, ValueError, r"seeds must be from 0 up; got -1"
    yield good | {"seeds": [1, 1]}, ValueError, r"seeds must not have a setting twice; got 1"
    yield good | {"seeds": []}, ValueError, r"seeds must have at least one number"
    yield good | {"n_jobs": 1.5}, TypeError, r"n_jobs must be a whole number; got 1.5"
    yield good | {"n_jobs": 0}, ValueError, r"n_jobs must be at least 1"
    yield good | {"folder": 3}, TypeError, r"folder must be a str or a Path; got 3"
    nameless = functools.partial(product, scale=2.0)
    yield good | {"run": nameless, "folder": "x"}, TypeError, r"run must be a Python function"


@pytest.mark.parametrize(("call", "kind", "message"), list(bad_calls()))
def test_bad_input_is_named_before_anything_is_done(call, kind, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        here(**call)
    assert os.listdir() == []


@pytest.mark.parametrize("missing", ["joblib", "cloudpickle", "threadpoolctl"])
def test_a_missing_library_is_named_with_its_extra(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=rf"needs {missing}: pip install 'rnn-core\[sweep\]'"):
        here(product, {"size": [2]}, [0])


ROWS = [
    {"cell": "LSTM", "on": True, "seed": 0, "steps": 300},
    {"cell": "LSTM", "on": True, "seed": 1, "steps": 500.0},
    {"cell": "GRU", "on": True, "seed": 0, "steps": math.nan},
    {"cell": "LSTM", "on": True, "seed": 2, "steps": math.inf},
    {"cell": "GRU", "on": True, "seed": 1, "steps": 7},
    {"cell": "GRU", "on": True, "seed": 2, "steps": 8},
    {"cell": "RNN", "on": 1, "seed": 0, "steps": math.nan},
]
NAMES = ["cell", "on", "seed", "steps"]


def test_a_summary_has_the_median_and_the_range_of_each_group():
    summary = Table(NAMES, ROWS).median_and_range("steps", by="cell")
    assert summary.rows[:2] == [
        {"cell": "LSTM", "median": 500, "lowest": 300, "highest": math.inf, "runs": 3, "nan": 0},
        {"cell": "GRU", "median": 7.5, "lowest": 7, "highest": 8, "runs": 3, "nan": 1},
    ]
    last = summary.rows[2]
    assert (last["cell"], last["runs"], last["nan"]) == ("RNN", 1, 1)
    assert math.isnan(last["median"])
    assert math.isnan(last["highest"])
    split = Table(NAMES, ROWS).median_and_range("steps", by=["on"])
    assert [(type(row["on"]), row["runs"]) for row in split] == [(bool, 6), (int, 1)]


def test_a_table_is_shown_as_markdown():
    table = Table(["name", "n", "x"], [{"name": "a|b", "n": 12345678, "x": 0.123456}] * 2)
    head = "| name | n | x |\n| :--- | ---: | ---: |\n"
    assert (
        repr(table)
        == table._repr_markdown_()
        == head + "\n".join(["| a\\|b | 12345678 | 0.1235 |"] * 2)
    )
    assert table.markdown(2).endswith("| 0.12 |")
    assert Table(["x"], [{"x": None}]).markdown().endswith("\n|  |")


def test_a_table_names_what_is_wrong_with_it():
    table = Table(NAMES, ROWS)
    for call, kind, message in [
        (lambda: table["loss"], ValueError, r"name must be one of 'cell', 'on'.*; got 'loss'"),
        (lambda: table.where(loss=1), ValueError, r"name must be one of.*; got 'loss'"),
        (lambda: table.median_and_range("loss", by="cell"), ValueError, r"value must be one of"),
        (lambda: table.median_and_range("steps", by="loss"), ValueError, r"by must be one of"),
        (lambda: table.median_and_range("cell", by="on"), TypeError, r"value must name a column"),
        (lambda: table.markdown(0), ValueError, r"digits must be at least 1"),
        (lambda: Table(["a", "a"], []), ValueError, r"columns must be different names"),
        (lambda: Table([1], []), TypeError, r"columns must be of type str"),
        (lambda: Table(["a"], [{"b": 1}]), ValueError, r"rows\[0\] must have the names \['a'\]"),
    ]:
        with pytest.raises(kind, match=message):
            call()


def test_a_table_comes_back_from_its_file(tmp_path):
    rows = [
        {"cell": "RNN, 1", "steps": 50, "score": 0.123456789, "found": True, "bias": None},
        {"cell": 'the "LSTM"', "steps": math.inf, "score": math.nan, "found": False, "bias": -1.5},
    ]
    Table(tuple(rows[0]), rows).write_csv(tmp_path / "runs.csv", digits=5)
    again = read_csv(tmp_path / "runs.csv")
    assert list(again.columns) == list(rows[0])
    assert again.rows[0] == rows[0] | {"score": 0.12346}
    assert math.isnan(again.rows[1].pop("score"))
    rows[1].pop("score")
    assert again.rows[1] == rows[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "with a header"), ("a,b\n1\n", "2 cells a line, as its header; line 2 .* has 1")],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, text, message):
    (tmp_path / "runs.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_csv(tmp_path / "runs.csv")


def test_a_table_is_written_only_with_sensible_digits(tmp_path):
    with pytest.raises(ValueError, match="digits"):
        Table(["a"], [{"a": 1}]).write_csv(tmp_path / "runs.csv", digits=0)
    assert not (tmp_path / "runs.csv").exists()
