"""Tag each character of Python source as it arrives: three cells at equal size, and windows.

`python book/_experiments/language.py` writes `language.csv` (about fifteen minutes of one core).

The task is `data.token_labels`: seven classes, one for each character, and the answer is due when
the character has been read. Text and labels are those of `deeper.py`, the modules of a split in a
row. But here nothing is cut into pieces: a reader goes through the text as it stands and carries
its state on, so that it has to live with strings of thousands of characters.

Readers (`GRID`), all judged on the whole validation and test text:

- "RNN", "LSTM", "GRU": one layer of `UNITS` units and a readout, about 22,500 parameters each.
  32 readers go through the training text from 32 places drawn at random, each at the start of a
  line that is in no string, for `UPDATES` updates of 64 characters; the state is carried from one
  to the next, the gradient is not. Adam at a rate that rises and falls (`warmup_cosine`), the
  gradient clipped to norm 1.
- "network 16", "network 32": no memory. scikit-learn's MLPClassifier with 64 tanh units reads the
  last 16 or 32 characters, one-hot; the character asked for is the last of them. It has more
  parameters than the cells: about 101,000 or 201,000. Five passes over `DRAWN` characters of the
  training text drawn at random, in batches of 2,000: as many updates as for the cells, and nearly
  as many characters. Its rate does not fall; scikit-learn's Adam has none that does.
- "logistic 16", "logistic 32": scikit-learn's LogisticRegression on the same characters.
- "rules": a state machine written by hand (`scan`), which knows how strings, comments and numbers
  begin and end, and a rule for words that are not yet complete (`by_hand`). "rules, counts": the
  same, but for such a word it says what words that began so, after the same character, most often
  were in the training modules.
- "majority": the most frequent class of the training modules. This one and the rules draw nothing
  at random, so their five rows are one.

The rates 0.003, 0.01 and 0.03 are tried for every reader that has one, and the page takes for each
the rate with the best median accuracy on the validation modules. All of that was fixed before the
first run of the table, with two exceptions: 2,000 updates had been planned and took too long, and
when the rules had been scored once it was added that a string left open ends with its line, which
changed no score.

The columns `to_8` … `beyond` say which share of the characters of strings was called string, by
their distance from the first character of the string: 0 to 7, 8 to 31, 32 to 127, 128 to 511, and
512 or more. `false` is the share of the other characters that was called string.

The script also stores the weights of one run of each cell at the rate chosen,
`language_rnn.safetensors` and so on, for what the page shows of a single network: of the run whose
accuracy on the validation modules is the median. Seed 0 had been planned, but for the RNN that is
one of its two failures.
"""

from __future__ import annotations

import keyword
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import deeper
import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from rnn_core import GRU, LSTM, RNN, data, heads, optim, schedules, store, sweep
from rnn_core.network import Model
from rnn_core.train import train

CLASSES, D, K = deeper.CLASSES, deeper.D, deeper.K
STRING = CLASSES.index("string")
UNITS = {"RNN": 106, "LSTM": 40, "GRU": 50}
CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
RATES = (0.003, 0.01, 0.03)
STREAMS, LENGTH, UPDATES, JUDGES = 32, 64, 1000, 64
DRAWN, BATCH, PASSES = 400_000, 2000, 5
NETWORKS, LOGISTIC = ("network 16", "network 32"), ("logistic 16", "logistic 32")
RULES = ("rules", "rules, counts")
READERS = ("majority", *LOGISTIC, *NETWORKS, *RULES, *UNITS)
DISTANCES = {"to_8": 8, "to_32": 32, "to_128": 128, "to_512": 512, "beyond": 10**9}
GRID = [
    *({"reader": reader, "lr": lr} for reader in (*UNITS, *NETWORKS) for lr in RATES),
    *({"reader": reader} for reader in ("majority", *LOGISTIC, *RULES)),
]


# What reads with a memory


def new_model(cell: str, rng: np.random.Generator, units: int | None = None) -> Model:
    """Return an untrained reader with a cell of `CELLS`; with the units of `UNITS`, if not told."""
    made = {"rng": rng, "dtype": np.float32}
    layer = CELLS[cell](D, units or UNITS[cell], **made)
    return Model(layer, heads.Readout(layer.hidden_size, K, **made))


def batches(rng: np.random.Generator, updates: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield what `STREAMS` readers come to, `LENGTH` characters at a time."""
    source = deeper.text("train")
    at = rng.choice(source.starts, STREAMS) + np.arange(LENGTH)[:, None]
    for _ in range(updates):
        at %= len(source.codes)
        yield data.one_hot(source.codes[at], dtype=np.float32), source.labels[at]
        at = at + LENGTH


def fit(cell: str, rng: np.random.Generator, lr: float, updates: int = UPDATES) -> Model:
    """Return a trained reader."""
    model = new_model(cell, rng)
    adam = optim.Adam(schedules.warmup_cosine(lr, updates, warmup=min(20, updates // 5)))
    drawn, loss = batches(rng, updates), heads.softmax_cross_entropy
    train(model, drawn, loss, adam, carry_state=True, progress=False)
    return model


def read(model: Model, split: str, what: Callable) -> np.ndarray:
    """Return `what(trace, scores)` for each character of a split; it has the shape (T, B, …).

    `JUDGES` readers share the text; each begins at the start of a line that is in no string.
    """
    source = deeper.text(split)
    even = np.linspace(0, len(source.codes), JUDGES, endpoint=False)
    first = source.starts[np.searchsorted(source.starts, even)]
    spans = np.diff(np.append(first, len(source.codes)))
    state, parts = None, []
    for step in range(0, spans.max(), 512):
        at = np.minimum(first + step + np.arange(512)[:, None], len(source.codes) - 1)
        xs = data.one_hot(source.codes[at], dtype=model.cell.dtype)
        trace, scores = model.forward(xs, state)
        state = trace.end
        parts.append(what(trace, scores))
    found = np.concatenate(parts)
    return np.concatenate([found[:span, b] for b, span in enumerate(spans)])


def answers(model: Model, split: str) -> np.ndarray:
    """Return the class given to each character of a split."""
    return read(model, split, lambda trace, scores: scores.argmax(axis=-1))


# What reads a window


def windows(codes: np.ndarray, at: np.ndarray, width: int) -> csr_array:
    """Return the last `width` characters at each place, one-hot, shape (places, width * D)."""
    back = np.arange(width)
    places = at[:, None] - back
    columns = codes[np.maximum(places, 0)] + D * back
    shape = len(at), width * D
    ends = np.arange(0, columns.size + 1, width)
    return csr_array(((places >= 0).ravel().astype(np.float32), columns.ravel(), ends), shape)


def fit_window(reader: str, rng: np.random.Generator, lr: float = RATES[0]):
    """Return a classifier of the last characters, fitted to the training modules."""
    kind, width = reader.split()
    source, seed = deeper.text("train"), int(rng.integers(2**31))
    at = rng.choice(len(source.codes), DRAWN, replace=False)
    xs, labels = windows(source.codes, at, int(width)), source.labels[at]
    if kind == "logistic":
        return LogisticRegression(max_iter=1000, tol=1e-3).fit(xs, labels)
    made = {"activation": "tanh", "batch_size": BATCH, "random_state": seed}
    model = MLPClassifier((64,), learning_rate_init=lr, **made)
    for _ in range(PASSES):
        for part in rng.permutation(DRAWN).reshape(-1, BATCH):
            model.partial_fit(xs[part], labels[part], classes=range(K))
    return model


def window_answers(model, split: str) -> np.ndarray:
    """Return the class a window classifier gives to each character of a split."""
    codes, width = deeper.text(split).codes, model.n_features_in_ // D
    parts = np.array_split(np.arange(len(codes)), 20)
    return np.concatenate([model.predict(windows(codes, at, width)) for at in parts])


# What has a memory by hand, and what needs none


def scan(text: str) -> Iterator[str | tuple[str, str]]:
    """Yield the class of each character, from it and what is before it.

    Within a word the rules leave two classes. There it yields the last
    character before the word that is no blank, and the word so far.
    """
    mode, word, before, opened, quotes, escaped = "code", "", "\n", 0, 0, False
    for i, c in enumerate(text):
        if (mode == "comment" and c == "\n") or (
            mode == "string" and ended(text, opened, i, quotes)
        ):
            mode, word = "code", ""
        if mode == "code" and c in "\"'#":
            mode, opened, quotes = ("comment" if c == "#" else "string"), i, 0
        if mode != "code":
            quotes = quotes + 1 if c == text[opened] and not escaped else 0
            escaped = c == "\\" and not escaped
            before = c
            yield mode
        elif c.isalnum() or c == "_" or (c == "." and word[:1].isdigit()):
            word += c
            yield "number" if word[0].isdigit() else (before, word)
        else:
            before, word = word[-1:] or before, ""
            before = before if c in " \t\f\\" else c
            yield "space" if c.isspace() or c == "\\" else "operator"


def ended(text: str, opened: int, i: int, quotes: int) -> bool:
    """Say whether a string ended before i, where `quotes` stand in a row."""
    if text.startswith(3 * text[opened], opened, i + 1):
        return i - opened >= 6 and quotes >= 3
    broken = text[i] == "\n" and text[i - 1] != "\\"
    return broken or (i - opened >= 2 and quotes >= 1)


def by_hand(before: str, word: str) -> str:
    """Say keyword if it is one, or begins a line as one would."""
    if keyword.iskeyword(word):
        return "keyword"
    may_be = any(each.startswith(word) for each in keyword.kwlist)
    return "keyword" if before == "\n" and may_be else "name"


def count_words(split: str) -> dict[tuple[str, str], str]:
    """Return what words that begin so are most often, in the text of a split."""
    source, counts = deeper.text(split), defaultdict(Counter)
    for found, label in zip(scan(source.text), source.labels, strict=True):
        if isinstance(found, tuple):
            counts[found][CLASSES[label]] += 1
    return {found: each.most_common(1)[0][0] for found, each in counts.items()}


def majority(split: str) -> np.ndarray:
    """Return the most frequent class of the training modules, for each character of a split."""
    most = np.bincount(deeper.text("train").labels).argmax()
    return np.full(len(deeper.text(split).labels), most)


def guess(
    found: str | tuple[str, str], counted: Mapping[tuple[str, str], str] | None = None
) -> str:
    """Return the class of what `scan` yielded; of an unfinished word by count, or by hand."""
    return found if isinstance(found, str) else (counted or {}).get(found) or by_hand(*found)


def rules(split: str, counted: Mapping[tuple[str, str], str] | None = None) -> np.ndarray:
    """Return the class the rules give to each character of a split."""
    said = (guess(found, counted) for found in scan(deeper.text(split).text))
    return np.array([CLASSES.index(each) for each in said])


# How good it is


def distance(labels: np.ndarray) -> np.ndarray:
    """Return for each character of a string how far its first character is behind it; else -1."""
    place, inside = np.arange(len(labels)), labels == STRING
    begins = inside & ~np.concatenate([[False], inside[:-1]])
    first = np.maximum.accumulate(np.where(begins, place, 0))
    return np.where(inside, place - first, -1)


def judge(said: np.ndarray, split: str) -> dict[str, float]:
    """Return every score of the classes given to the text of a split."""
    true = deeper.text(split).labels
    f1, far, low = deeper.f1_scores(said, true), distance(true), 0
    scores = {"accuracy": (said == true).mean(), "macro_f1": f1.mean()}
    scores |= dict(zip(CLASSES, f1, strict=True))
    for name, high in DISTANCES.items():
        scores[name] = (said[(low <= far) & (far < high)] == STRING).mean()
        low = high
    scores["false"] = (said[true != STRING] == STRING).mean()
    return {name: float(value) for name, value in scores.items()}


def run(rng: np.random.Generator, reader: str, lr: float | None = None) -> dict[str, float]:
    """Train one reader; return its scores."""
    if reader == "majority":
        say = majority
    elif reader in RULES:
        say = partial(rules, counted=count_words("train") if reader == "rules, counts" else None)
    elif reader in UNITS:
        say = partial(answers, fit(reader, rng, lr or RATES[0]))
    else:
        say = partial(window_answers, fit_window(reader, rng, lr or RATES[0]))
    valid = judge(say("validation"), "validation")["accuracy"]
    scores = {"validation": valid, **judge(say("test"), "test")}
    return {name: round(value, 5) for name, value in scores.items()}


def table(seeds: Iterable[int] = range(5), **how) -> sweep.Table:
    """Run the grid with these seeds; `how` is handed to `sweep`."""
    return sweep.sweep(run, GRID, seeds=seeds, **how)


def chosen(found: sweep.Table, reader: str) -> float | None:
    """Return the rate of a reader with the best median accuracy on the validation modules."""
    rates = {row["lr"] for row in found.where(reader=reader)}
    return max(rates, key=lambda lr: np.median(found.where(reader=reader, lr=lr)["validation"]))


def median_seed(found: sweep.Table, reader: str) -> int:
    """Return the seed whose run at the chosen rate is the median on the validation modules."""
    rows = found.where(reader=reader, lr=chosen(found, reader))
    return sorted(rows, key=lambda row: row["validation"])[len(rows) // 2]["seed"]


def weights(cell: str) -> Path:
    """Return where the weights of a cell are stored."""
    return Path(__file__).with_name(f"language_{cell.lower()}.safetensors")


if __name__ == "__main__":
    found = table()
    found.write_csv(Path(__file__).with_suffix(".csv"))
    for each in UNITS:
        seed = median_seed(found, each)
        model = fit(each, np.random.default_rng(seed), chosen(found, each) or RATES[0])
        note = f"{each}, seed {seed} of book/_experiments/language.py"
        store.save(model, weights(each), note=note)
