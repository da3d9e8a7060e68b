"""Which vowels were said, and in which order? CTC on speech that a formula makes.

`python book/_experiments/speech_ctc.py` writes `speech_ctc.csv` and the weights of one network,
`speech_ctc_gru.safetensors` (about eight minutes of one core).

An utterance is two to five vowels by one speaker: pulses at the pitch, sent through three
resonances at the average formant frequencies that Peterson and Barney (1952, table II) measured
for men, women or children. Random are the speaker's size and pitch, each vowel's length, loudness,
pitch glide and formants, the gaps (half of the vowels follow without one), the gain and the noise.
What a network reads is the logarithm of the energy in 24 bands, 16 ms apart. 1,500 utterances to
train on, 300 to choose settings, 300 to test; every seed has the same ones. Every utterance has a
speaker of its own.

Networks learn from the vowels in order, without times (`target` is "vowels", CTC), or from the
vowel of every frame ("frames", cross-entropy). All have 48 units, read one way, and get 1,500
updates with 20 utterances, Adam, the gradient clipped to norm 1. With CTC there are two rates, with
frames one. Bands are standardised by the mean and deviation of the training frames.

The baselines have no recurrence (`rate` is empty) and learn from frames: scikit-learn's logistic
regression on one frame, and its network with one hidden layer of 64 on one frame or nine in a row.

What learned from frames is read in the same way: runs of fewer than 1 to 5 frames are dropped, as
many as is best on the validation utterances, then repeats are merged. After CTC nothing is dropped.

Before the table, ten single runs with a seed that is not in it were looked at. After them, five
vowels became ten, 600 updates became 1,500, and a rate that rises and falls was given up again: a
network that leaves the state in which it answers with blanks late has then a small rate left.
Networks that read both ways were planned, and left out for time before any of them was run for the
table. Nothing was changed after its first run.

Columns: label error rates on validation and test utterances, the share of test utterances without
an error, the label error rate by speaker, and the share of each vowel's occurrences that were read
as something else or left out.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_core import GRU, LSTM, RNN, decoding, heads, optim, store, sweep
from rnn_core.ctc import ctc
from rnn_core.network import Model
from rnn_core.padding import mask_of
from rnn_core.train import train

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
SPEAKERS = ["man", "woman", "child"]
AVERAGES = """
heed   270 2290 3010  310 2790 3310   370 3200 3730
hid    390 1990 2550  430 2480 3070   530 2730 3600
head   530 1840 2480  610 2330 2990   690 2610 3570
had    660 1720 2410  860 2050 2850  1010 2320 3320
hod    730 1090 2440  850 1220 2810  1030 1370 3170
hawed  570  840 2410  590  920 2710   680 1060 3180
hood   440 1020 2240  470 1160 2680   560 1410 3310
who'd  300  870 2240  370  950 2670   430 1170 3260
hud    640 1190 2390  760 1400 2780   850 1590 3360
heard  490 1350 1690  500 1640 1960   560 1820 2160
"""
ROWS = [row.split() for row in AVERAGES.strip().splitlines()]
VOWELS = [row[0] for row in ROWS]
FORMANTS = np.array([row[1:] for row in ROWS], float).reshape(-1, 3, 3)  # Hz
PITCH = np.array([132, 223, 264])  # Hz; the mean over the ten vowels of the same table
WIDTHS = np.array([60, 90, 150])  # Hz; chosen for this book
HERTZ, HOP, WINDOW, BANDS, CLASSES = 10_000, 160, 320, 24, len(VOWELS) + 1
SIZES = {"train": 1500, "valid": 300, "test": 300}
UNITS, BATCH, UPDATES, RATES = 48, 20, 1500, [0.003, 0.01]
BASELINES = ["logistic 1", "network 1", "network 9"]
GRID = [
    *({"reader": r, "target": "vowels", "rate": rate} for r in CELLS for rate in RATES),
    *({"reader": r, "target": "frames", "rate": 0.01} for r in CELLS),
    *({"reader": r, "target": "frames", "rate": None} for r in BASELINES),
]


class Said(NamedTuple):
    """Log energies xs (T, B, 24), the vowels in order, the vowel of each frame (T, B; 0 for
    silence), how many frames there are, and the speaker, 0 to 2. Vowels count from 1.
    """

    xs: np.ndarray
    vowels: list[list[int]]
    frames: np.ndarray
    lengths: np.ndarray
    speakers: np.ndarray


def resonance(formants: np.ndarray, widths: np.ndarray, n: int) -> np.ndarray:
    """Return the response of resonators in a row at n // 2 + 1 frequencies."""
    z = np.exp(-2j * np.pi * np.arange(n // 2 + 1) / n)  # one step back
    c = -np.exp(-2 * np.pi * widths / HERTZ)
    b = 2 * np.sqrt(-c) * np.cos(2 * np.pi * formants / HERTZ)
    each = (1 - b - c) / (1 - b * z[:, None] - c * z[:, None] ** 2)
    return each.prod(axis=1)


def vowel(formants: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Return a vowel of mean square 1, one sample for each of pitch."""
    turns = np.floor(np.cumsum(pitch) / HERTZ)
    pulses = np.diff(turns, prepend=-1)
    n = 4096
    z = np.exp(-2j * np.pi * np.arange(n // 2 + 1) / n)
    voice = 1 / (1 - 0.9 * z)  # weaker at high frequencies
    heard = np.fft.rfft(pulses, n) * voice * resonance(formants, WIDTHS, n)
    sound = np.fft.irfft(heard)[: len(pitch)]
    sound *= np.minimum(1, np.arange(len(pitch), 0, -1) / 50)  # fades out
    return sound / np.sqrt((sound**2).mean())


def bands() -> np.ndarray:
    """Return how much each FFT frequency counts in each band, (161, 24): triangles in mel."""
    mel = np.linspace(*(2595 * np.log10(1 + np.array([100, 4900]) / 700)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / HERTZ)[:, None]
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    return np.maximum(0, np.minimum((hertz - low) / (mid - low), (high - hertz) / (high - mid)))


def log_energies(sound: np.ndarray) -> np.ndarray:
    """Return the logarithm of the energy in each band of each frame, (T, 24)."""
    starts = np.arange(0, len(sound) - WINDOW + 1, HOP)
    pieces = sound[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    return np.log(np.abs(np.fft.rfft(pieces)) ** 2 @ bands() + 1e-6)


def say(rng: np.random.Generator, speaker: int, vowels: Sequence[int]):
    """Return the sound of one utterance, and the vowel of each sample (0: silence)."""
    size, voice = np.exp(rng.normal(0, [0.04, 0.12]))
    parts: list[np.ndarray] = [np.zeros(rng.integers(200, 600))]
    marks, before = [np.zeros(len(parts[0]), int)], 0
    for k in vowels:
        if before and (k == before or rng.random() < 0.5):
            parts.append(np.zeros(rng.integers(300, 900)))
            marks.append(np.zeros(len(parts[-1]), int))
        n, glide = rng.integers(600, 1800), rng.uniform(0.8, 1.1)
        formants = FORMANTS[k - 1, speaker] * size * np.exp(rng.normal(0, 0.03, 3))
        pitch = PITCH[speaker] * voice * np.linspace(1, glide, n)
        parts.append(vowel(formants, pitch) * np.exp(rng.normal(0, 0.2)))
        marks.append(np.full(n, k))
        before = k
    parts.append(np.zeros(rng.integers(200, 600)))
    marks.append(np.zeros(len(parts[-1]), int))
    sound = np.concatenate(parts)
    noise = 10 ** (-rng.uniform(5, 20) / 20) * rng.normal(size=len(sound))
    return 10 ** (rng.uniform(-10, 10) / 20) * (sound + noise), np.concatenate(marks)


def draw(rng: np.random.Generator, count: int) -> Said:
    """Return so many utterances, each by a speaker of its own."""
    speakers = rng.integers(3, size=count)
    vowels = [rng.integers(1, CLASSES, size=rng.integers(2, 6)).tolist() for _ in range(count)]
    seen = []
    for speaker, row in zip(speakers, vowels, strict=True):
        sound, marks = say(rng, speaker, row)
        xs = log_energies(sound)
        seen.append((xs, marks[np.arange(len(xs)) * HOP + WINDOW // 2]))
    lengths = np.array([len(xs) for xs, _ in seen])
    xs, frames = np.zeros((lengths.max(), count, BANDS)), np.zeros((lengths.max(), count), int)
    for b, (one, marked) in enumerate(seen):
        xs[: len(one), b], frames[: len(one), b] = one, marked
    return Said(xs, vowels, frames, lengths, speakers)


@functools.cache
def raw(split: str) -> Said:
    """Return the utterances of a split as they sound."""
    return draw(np.random.default_rng([7, list(SIZES).index(split)]), SIZES[split])


def scale(said: Said, by: Said) -> Said:
    """Return utterances in units of the frames of others: mean 0, deviation 1 in each band."""
    frames = by.xs[mask_of(by.lengths, len(by.xs)) == 1]
    real = mask_of(said.lengths, len(said.xs))[..., None]
    return said._replace(xs=(said.xs - frames.mean(axis=0)) / frames.std(axis=0) * real)


@functools.cache
def load(split: str) -> Said:
    """Return the utterances of a split, in units of the training frames."""
    return scale(raw(split), raw("train"))


def new_model(reader: str, rng: np.random.Generator) -> Model:
    """Return an untrained network."""
    cell = CELLS[reader](BANDS, UNITS, rng=rng)
    return Model(cell, heads.Readout(UNITS, CLASSES, rng=rng))


def batches(said: Said, target: str, updates: int, rng: np.random.Generator) -> Iterator[tuple]:
    """Yield batches; those for CTC hold no times, only the vowels in order."""
    for _ in range(updates):
        chosen = rng.choice(len(said.lengths), BATCH, replace=False)
        lengths = said.lengths[chosen]
        T = lengths.max()
        frames = said.frames[:T, chosen]
        truth = [said.vowels[b] for b in chosen] if target == "vowels" else frames
        yield said.xs[:T, chosen], truth, None, lengths


def fit(
    reader: str,
    target: str,
    rng: np.random.Generator,
    rate: float,
    updates: int = UPDATES,
) -> Model:
    """Return a trained network."""
    model = new_model(reader, rng)
    measure = ctc if target == "vowels" else heads.softmax_cross_entropy
    drawn = batches(load("train"), target, updates, rng)
    train(model, drawn, measure, optim.Adam(rate), progress=False)
    return model


def paths(model: Model, said: Said) -> list[np.ndarray]:
    """Return the class with the highest score in each frame of each utterance."""
    best = model.forward(said.xs, lengths=said.lengths)[1].argmax(axis=-1)
    return [best[:n, b] for b, n in enumerate(said.lengths)]


def framed(said: Said, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return so many frames in a row around each, (N, width · 24), and its vowel, (N,)."""
    half = width // 2
    wide = np.pad(said.xs, ((half, half), (0, 0), (0, 0)))
    views = np.concatenate([wide[j : j + len(said.xs)] for j in range(width)], axis=-1)
    real = mask_of(said.lengths, len(said.xs)).T == 1
    return views.swapaxes(0, 1)[real], said.frames.T[real]


def merge(path: np.ndarray, shortest: int) -> list[int]:
    """Return the vowels of a path of frames, without runs of fewer frames than that."""
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    runs = np.diff(np.append(starts, len(path)))
    return decoding.collapse(np.repeat(np.where(runs < shortest, 0, path[starts]), runs))


def by_frames(reader: str, seed: int) -> list[list[np.ndarray]]:
    """Train a baseline on frames; return its paths for validation and test utterances."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    kind, width = reader.split()[0], int(reader.split()[1])
    if kind == "network":
        made: Any = MLPClassifier((64,), max_iter=15, random_state=seed)
    else:
        made = LogisticRegression(max_iter=200)
    with warnings.catch_warnings():  # fifteen epochs are the plan here
        warnings.simplefilter("ignore", ConvergenceWarning)
        made.fit(*framed(load("train"), width))
    judged = [load(split) for split in ("valid", "test")]
    said = [made.predict(framed(each, width)[0]) for each in judged]
    return [
        np.split(path, each.lengths.cumsum()[:-1]) for path, each in zip(said, judged, strict=True)
    ]


def shortest_run(found: list[np.ndarray], said: Said) -> int:
    """Return below how many frames a run is best dropped, in these utterances."""

    def wrong(k: int) -> float:
        return decoding.label_error_rate([merge(path, k) for path in found], said.vowels)

    return min(range(1, 6), key=wrong)


def aligned(true: Sequence[int], said: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs (true, said) of a cheapest alignment; 0 stands for nothing."""
    cost = np.add.outer(np.arange(len(true) + 1), np.arange(len(said) + 1))
    for i, a in enumerate(true, 1):
        for j, b in enumerate(said, 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (a != b))
    i, j, pairs = len(true), len(said), []
    while i or j:
        both = i > 0 and j > 0
        if both and cost[i, j] == cost[i - 1, j - 1] + (true[i - 1] != said[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((true[i], said[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((true[i], 0))
        else:
            j -= 1
            pairs.append((0, said[j]))
    return pairs[::-1]


def confusions(said: Said, found: list[list[int]]) -> np.ndarray:
    """Return how often each vowel (row; 0: none) was read as each (column; 0: left out)."""
    table = np.zeros((CLASSES, CLASSES), int)
    for true, row in zip(said.vowels, found, strict=True):
        for pair in aligned(true, row):
            table[pair] += 1
    return table


def judge(found: list[list[int]], said: Said) -> dict[str, float]:
    """Return the columns of the table for what was read in test utterances."""
    rate, table = decoding.label_error_rate, confusions(said, found)
    exact = [a == b for a, b in zip(found, said.vowels, strict=True)]
    result = {"ler": rate(found, said.vowels), "exact": float(np.mean(exact))}
    for number, speaker in enumerate(SPEAKERS):
        of = np.flatnonzero(said.speakers == number)
        result[speaker] = rate([found[b] for b in of], [said.vowels[b] for b in of])
    for k, word in enumerate(VOWELS, 1):
        result[word] = float(1 - table[k, k] / table[k].sum())
    return result


def run(rng: np.random.Generator, reader: str, target: str, rate: float | None) -> dict[str, float]:
    """Train one reader; return what it reached."""
    if rate is None:
        valid, test = by_frames(reader, int(rng.integers(2**31)))
    else:
        model = fit(reader, target, rng, rate)
        valid, test = paths(model, load("valid")), paths(model, load("test"))
    shortest = 1 if target == "vowels" else shortest_run(valid, load("valid"))
    read = [[merge(path, shortest) for path in each] for each in (valid, test)]
    ler_valid = decoding.label_error_rate(read[0], load("valid").vowels)
    return {"ler_valid": ler_valid, "shortest": shortest} | judge(read[1], load("test"))


def chosen(table: sweep.Table, reader: str) -> float:
    """Return the rate of a network with CTC by its median error on validation."""
    of = table.where(reader=reader, target="vowels")

    def wrong(rate: float) -> float:
        return float(np.median(of.where(rate=rate)["ler_valid"]))

    return min(RATES, key=wrong)


def weights() -> Path:
    """Return where the weights of the GRU of seed 0 are stored."""
    return Path(__file__).with_name("speech_ctc_gru.safetensors")


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds, n_jobs=1)


if __name__ == "__main__":
    made = table()
    made.write_csv(Path(__file__).with_suffix(".csv"))
    model = fit("GRU", "vowels", np.random.default_rng(0), chosen(made, "GRU"))
    store.save(model, weights(), note="GRU, seed 0 of book/_experiments/speech_ctc.py")
