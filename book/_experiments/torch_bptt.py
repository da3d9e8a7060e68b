"""Let PyTorch compute the gradients that the mathematics chapter derives, and store them.

    python book/_experiments/torch_bptt.py

needs torch (requirements/peers.txt) and writes torch_bptt.safetensors beside itself. The pages
read that file, so a reader does not need torch. For each cell there is one case of general shape
with random weights, and the three-step example worked by hand on the page. torch.nn has the RNN,
the LSTM and the GRU that resets after the product; the other GRU is written out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from rnn_core import worked

FILE = Path(__file__).with_suffix(".safetensors")
T, B, D, H = 6, 3, 2, 4
MODULES = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
LETTERS = {"rnn": "h", "lstm": "ifgo", "gru": "rzn", "gru before": "rzn"}  # as torch orders rows
ROWS = {"W_{}x": "weight_ih_l0", "W_{}h": "weight_hh_l0", "b_{}": "bias_ih_l0"}
Arrays = dict[str, np.ndarray]


def general(name: str) -> Arrays:
    """Return random weights, inputs, states and gradients that arrive, by name."""
    rng = np.random.default_rng(0)
    found = {}
    for k in LETTERS[name]:
        found |= {
            f"W_{k}x": rng.normal(0, 0.7, (H, D)),
            f"W_{k}h": rng.normal(0, 0.7, (H, H)),
            f"b_{k}": rng.normal(0, 0.7, H),
        }
    if name == "gru":
        found["b_nh"] = rng.normal(0, 0.7, H)
    found |= {"x": rng.normal(size=(T, B, D)), "e": rng.normal(size=(T, B, H))}
    for k in "hc" if name == "lstm" else "h":
        found |= {f"{k}_0": rng.normal(size=(B, H)), f"end {k}": rng.normal(size=(B, H))}
    return found


def by_module(name: str, given: Arrays) -> Arrays:
    """Return ∂L/∂ of everything from a module of torch.nn, by the names of the book."""
    H, D = given[f"W_{LETTERS[name][0]}x"].shape
    module = MODULES[name](D, H, dtype=torch.float64)
    module.bias_hh_l0.data.zero_()
    for ours, theirs, rows, sign in places(name, H, given):
        getattr(module, theirs).data[rows] = sign * torch.from_numpy(given[ours])
    start = {k: leaf(given[f"{k}_0"][None]) for k in "hc" if f"{k}_0" in given}
    x = leaf(given["x"])
    h, end = module(x, tuple(start.values()) if "c" in start else start["h"])
    arrive(h, dict(zip(start, end if "c" in start else (end,), strict=True)), given)
    found = {"x": x.grad.numpy()} | {f"{k}_0": v.grad[0].numpy() for k, v in start.items()}
    for ours, theirs, rows, sign in places(name, H, given):
        found[ours] = sign * getattr(module, theirs).grad[rows].numpy()
    return found


def places(name: str, H: int, given: Arrays) -> Iterator[tuple[str, str, slice, int]]:
    """Yield where each parameter lies in the module: our name, its name, the rows, the sign."""
    for k, letter in enumerate(LETTERS[name]):
        for ours, theirs in ROWS.items():
            # z weighs the new state here and the old one there: its sums have the other sign.
            sign = -1 if letter == "z" else 1
            yield ours.format(letter), theirs, slice(k * H, (k + 1) * H), sign
    if "b_nh" in given:
        yield "b_nh", "bias_hh_l0", slice(2 * H, 3 * H), 1


def reset_before(given: Arrays) -> Arrays:
    """Return the same for the GRU that resets before the product, by autograd."""
    p = {name: leaf(value) for name, value in given.items() if not name.startswith(("e", "y"))}
    h, hs = p["h_0"], []
    for x in p["x"]:
        r = torch.sigmoid(x @ p["W_rx"].T + h @ p["W_rh"].T + p["b_r"])
        z = torch.sigmoid(x @ p["W_zx"].T + h @ p["W_zh"].T + p["b_z"])
        n = torch.tanh(x @ p["W_nx"].T + p["b_n"] + (r * h) @ p["W_nh"].T)
        h = (1 - z) * h + z * n
        hs.append(h)
    arrive(torch.stack(hs), {"h": h}, given)
    return {name: value.grad.numpy() for name, value in p.items()}


def leaf(value: np.ndarray) -> torch.Tensor:
    """Return a tensor that collects its gradient."""
    return torch.from_numpy(value.copy()).requires_grad_()


def arrive(h: torch.Tensor, end: dict[str, torch.Tensor], given: Arrays) -> None:
    """Backpropagate: the squared errors of a worked example, or the gradients that are given."""
    if "y" in given:
        loss = ((h - torch.from_numpy(given["y"])) ** 2).sum() / 2
    else:
        loss = (torch.from_numpy(given["e"]) * h).sum()
        for k, value in end.items():
            loss = loss + (torch.from_numpy(given[f"end {k}"]) * value).sum()
    loss.backward()


def example(name: str) -> Arrays:
    """Return the weights, inputs, targets and start of a worked example as arrays."""
    given = worked.example(name).given
    found = {k: np.full((1, 1), v) for k, v in given.items() if k[0] == "W" or k.endswith("_0")}
    found |= {k: np.full(1, v) for k, v in given.items() if k[0] == "b"}
    for letter in "xy":
        found[letter] = np.reshape([given[f"{letter}_{t}"] for t in (1, 2, 3)], (3, 1, 1))
    return found


def compute() -> Arrays:
    """Return every array of the file: what is given, and "d " before its name what PyTorch says."""
    found = {}
    for name in LETTERS:
        for case, given in ((name, general(name)), (f"{name} worked", example(name))):
            gradients = reset_before(given) if name == "gru before" else by_module(name, given)
            found |= {f"{case}/{k}": v for k, v in given.items()}
            found |= {f"{case}/d {k}": v for k, v in gradients.items()}
    return {name: np.ascontiguousarray(value) for name, value in found.items()}


if __name__ == "__main__":
    save_file(compute(), FILE)
