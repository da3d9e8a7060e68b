"""Models saved and loaded bit for bit, and files that are not whole."""

import json
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save, save_file

from rnn_core import heads, store
from rnn_core.network import Model
from tests.cases import EVERY, make, same


def make_model(variant="lstm", D=3, H=2, dtype=np.float64):
    readout = heads.Readout(H, 2, rng=np.random.default_rng(0), dtype=dtype)
    return Model(make(variant, D, H, dtype=dtype), readout)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.safetensors"
    store.save(make_model(), path, note="seed 0")
    return path


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("variant", EVERY)
def test_a_model_comes_back_bit_for_bit(variant, dtype, tmp_path):
    model, path = make_model(variant, dtype=dtype), tmp_path / "model.safetensors"
    store.save(model, str(path), note="ünïcode")
    again = store.load(str(path))
    assert repr(again) == repr(model)
    assert same(again.params, model.params)
    assert store.note_of(path) == "ünïcode"
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_file_whose_parts_differ_in_dtype_is_refused(saved):
    arrays = load_file(saved)
    with safe_open(saved, "np") as file:
        metadata = file.metadata()
    arrays["b_y"], arrays["W_yh"] = (arrays[k].astype(np.float32) for k in ("b_y", "W_yh"))
    save_file(arrays, saved, metadata)
    with pytest.raises(ValueError, match="readout must be in float64, as the cell; got float32"):
        store.load(saved)


def refused(path, expected=ValueError):
    """See that loading `path` fails and that the message names it."""
    for read in (store.load, store.note_of):
        with pytest.raises(expected) as caught:
            read(path)
        assert path.name in str(caught.value)


def test_a_file_cut_short_anywhere_is_refused(saved):
    data = saved.read_bytes()
    for end in range(0, len(data), 7):
        saved.write_bytes(data[:end])
        refused(saved)


def load_or_error(path):
    """Return the model in `path`, or the error that loading it raises."""
    try:
        return store.load(path)
    except ValueError as error:
        return error


def test_a_header_with_any_bit_flipped_is_refused_or_reads_the_same_arrays(saved):
    data, model = saved.read_bytes(), store.load(saved)
    header = 8 + int.from_bytes(data[:8], "little")
    rng, survived = np.random.default_rng(0), 0
    for at in range(header):
        damaged = bytearray(data)
        damaged[at] ^= 1 << int(rng.integers(8))
        saved.write_bytes(damaged)
        again = load_or_error(saved)
        if isinstance(again, ValueError):
            assert saved.name in str(again)
            continue
        survived += 1
        assert {k: v.shape for k, v in again.params.items()} == {
            k: v.shape for k, v in model.params.items()
        }
    assert survived < header / 5  # in the note, in a blank, or one array's place for another's


ABOUT = {"kind": "LSTM", "input_size": 3, "hidden_size": 2, "output_size": 2, "options": {}}
METADATA = {
    "no metadata": None,
    "another format": {"format": "rnn_core 99", "model": json.dumps(ABOUT)},
    "no model": {"format": store.FORMAT},
    "not json": {"format": store.FORMAT, "model": "{"},
    "deep json": {"format": store.FORMAT, "model": "[" * 100_000},
    "not a dict": {"format": store.FORMAT, "model": "[1]"},
} | {
    f"{key}={value!r}": {"format": store.FORMAT, "model": json.dumps(ABOUT | {key: value})}
    for key, value in [
        ("kind", "GRU"),
        ("kind", "Cell"),
        ("kind", ["LSTM"]),
        ("input_size", 4),
        ("hidden_size", -2),
        ("hidden_size", 10**9),
        ("hidden_size", True),
        ("output_size", "2"),
        ("options", {"reset": "before"}),
        ("options", None),
    ]
}


@pytest.mark.parametrize("metadata", METADATA.values(), ids=METADATA)
def test_wrong_metadata_is_refused(metadata, saved):
    save_file(load_file(saved), saved, metadata=metadata)
    with pytest.raises(ValueError, match=saved.name):
        store.load(saved)


ARRAYS = {
    "none": lambda arrays: {},
    "one missing": lambda arrays: {k: v for k, v in arrays.items() if k != "W_ix"},
    "no readout": lambda arrays: {k: v for k, v in arrays.items() if k != "b_y"},
    "one too many": lambda arrays: arrays | {"W_zz": np.ones(1)},
    "shape": lambda arrays: arrays | {"b_i": np.ones(3)},
    "no shape": lambda arrays: {k: np.ones(()) for k in arrays},
    "dtype": lambda arrays: arrays | {"b_f": np.ones(2, np.float32)},
    "whole numbers": lambda arrays: {k: v.astype(np.int64) for k, v in arrays.items()},
    "nan": lambda arrays: arrays | {"b_f": np.array([1.0, np.nan])},
    "long and thin": lambda arrays: arrays | {"b_f": np.ones(10**5)},
}


@pytest.mark.parametrize("change", ARRAYS.values(), ids=ARRAYS)
def test_arrays_that_do_not_fit_are_refused(change, saved):
    about = ABOUT | ({"hidden_size": 10**5} if change is ARRAYS["long and thin"] else {})
    metadata = {"format": store.FORMAT, "model": json.dumps(about)}
    save_file(change(load_file(saved)), saved, metadata=metadata)
    with pytest.raises(ValueError, match=saved.name):
        store.load(saved)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, this is a text file, not a model\n" * 9,
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 4) + b"null",
        b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        save({"a": np.ones(2)}),
        save({}, {"format": store.FORMAT, "model": json.dumps(ABOUT)}),
    ],
    ids=["empty", "text", "huge header", "empty header", "null", "pickle", "other", "no arrays"],
)
def test_another_file_is_refused(data, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=path.name):
        store.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"path must be a file that save wrote; got .*nowhere"
    ):
        store.load(tmp_path / "nowhere.safetensors")
    refused(tmp_path)
    with pytest.raises(ValueError, match=tmp_path.name):
        store.save(make_model(), tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        store.save(make_model(), tmp_path / "nowhere" / "model.safetensors")


def disk_full(file):
    os.ftruncate(file, 100)
    raise OSError("no space left")


def file_in_use(path, target):
    raise OSError("file in use")


@pytest.mark.parametrize(
    ("owner", "method", "fault", "message"),
    [
        (os, "fsync", disk_full, "no space left"),
        (Path, "replace", file_in_use, "file in use"),
    ],
)
def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    owner, method, fault, message, saved, monkeypatch
):
    before, model = saved.read_bytes(), make_model("gru after")
    model.params["b_r"][0] = np.nan
    with pytest.raises(ValueError, match="b_r"):
        store.save(model, saved)

    monkeypatch.setattr(owner, method, fault)
    with pytest.raises(OSError, match=message):
        store.save(make_model("gru before"), saved)
    assert saved.read_bytes() == before
    assert [file.name for file in saved.parent.iterdir()] == [saved.name]


def test_without_safetensors_the_message_says_what_to_install(saved, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"rnn-core\[store\]"):
        store.load(saved)
