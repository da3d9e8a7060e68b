"""Whether a function is the one that it was."""

import dataclasses
import functools
import os
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

from rnn_core.identity import digest


def over(value):
    return lambda: value


@dataclasses.dataclass
class Config:
    size: int
    more: object = None


class Slotted:
    __slots__ = ("size",)

    def __init__(self, size):
        self.size = size


def knot(size):
    loop = [size]
    loop.append({"again": loop})
    return loop


def namespace(size):
    return type("Settings", (), {"size": size})


def generator(seed):
    return np.random.default_rng(seed)


def objects(size):
    return np.array([[size], None], object)


VALUES = {
    "object": Config,
    "slots": Slotted,
    "nested": lambda k: Config(1, [{"a": (Slotted(k),)}]),
    "class": namespace,
    "cycle": knot,
    "generator": generator,
    "array of objects": objects,
    "function": over,
    "path": lambda k: pathlib.Path(str(k)),
    "partial": lambda k: functools.partial(max, k),
    "cached": lambda k: functools.cache(over(k)),
    "number of numpy": np.float32,
    "method of an array": lambda k: np.full(2, k).sum,
    "lock beside it": lambda k: [threading.Lock(), k],
}


@pytest.mark.parametrize("name", VALUES)
def test_what_a_function_closes_over_counts_by_its_contents(name):
    one, again, other = (digest(over(VALUES[name](k))) for k in (1, 1, 2))
    assert one == again
    assert one != other


def test_values_that_look_alike_are_told_apart():
    values = [1, 1.0, True, "1", b"1", [1], (1,), {1}, frozenset({1}), {1: 1}, None, [None], [[]]]
    values += [np.array(1), np.array([1]), np.array([1], np.int32), np.float64(1), 0.0, -0.0]
    assert len({digest(over(value)) for value in values}) == len(values)


def function(text, **names):
    exec(text, names)
    return names["f"]


def test_of_the_global_functions_it_calls_only_the_values_count():
    text = "def f():\n    return [g(x) for x in (1, 2)]"

    def calling(body, k):
        return digest(function(text, g=function(f"def f(x, k={k}):\n    return {body}")))

    assert calling("x", 1) == calling("-x", 1)
    assert calling("x", 1) != calling("x", 2)


def test_an_attribute_with_the_name_of_a_global_value_does_not_count():
    text = "def f(x):\n    return x.size"
    assert digest(function(text, size=1)) == digest(function(text, size=2))


def test_many_paths_to_one_value_are_read_once_and_a_long_one_comes_to_an_end():
    wide = deep = [1]
    for _ in range(50):
        wide = [wide, wide]
    for _ in range(5000):
        deep = [deep]
    assert len(digest(over(wide))) == len(digest(over(deep))) == 24


PRINT = """
from rnn_core.identity import digest
import numpy as np
class A:
    def __init__(self):
        self.names = {"LSTM", "GRU", "RNN"}
        self.other = object()
a = A()
def f(*, b={"x": a}, key=len):
    return a, np.float64, {"LSTM", "GRU", "RNN"}, [key for _ in b]
print(digest(f), digest(a.names.union), digest(A))
"""


def test_the_digits_are_the_same_in_every_process():
    command = [sys.executable, "-c", PRINT]
    found = {
        subprocess.check_output(command, env=os.environ | {"PYTHONHASHSEED": str(seed)})
        for seed in range(3)
    }
    assert len(found) == 1
