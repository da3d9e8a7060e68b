"""Tag each character of Python source: what a second layer buys, and what reading both ways buys.

`python book/_experiments/deeper.py` writes `deeper.csv` (about ten minutes of one core).

The task is `data.token_labels`: seven classes, one for each character. Networks are trained on the
training modules and judged on the validation and test modules of `data.python_source`. A piece of
text starts at the start of a line that is in no string and ends with the last such line that fits
into 128 characters (a longer string is cut there, and its rest is left out). So pieces have
unequal lengths, and each reader begins at an end that is in no string.

Every reader: `UPDATES` updates with 32 pieces, Adam at a rate that rises and falls
(`warmup_cosine`), the gradient clipped to norm 1. Readers (`ARMS`), with about 35,000 parameters
each but the first:

- "one layer": a GRU of 48 units, about 21,500 parameters;
- "wider": a GRU of 70; "two layers": 48 units and 48 on top;
- "both ways": a `Bidirectional` of two GRUs of 42;
- "delay 2", "delay 8": the GRU of 70 again, which answers for a character when it has read 2 or 8
  more; behind the end it reads as many blank steps;
- "window 16+0", "window 8+8": no recurrence, one hidden layer of 20 tanh units on 17 one-hot
  characters, the one asked for and 16 before it, or 8 on either side.

All of that and the number of updates were fixed before the first run of the table; a trial of one
seed had shown how long a run takes. Two rates were planned, 0.005 and 0.015. In the first 19 runs
(one layer and wider) 0.005 was far behind on the validation modules, so the rest ran with 0.015
alone, and those three readers that the page compares most closely with 0.03 too, to see whether
their order depends on the rate. Every run made is in the table.

The script also stores the weights of seed 0 of two readers, `deeper_wider.safetensors` and
`deeper_both_ways.safetensors`, for the examples of errors on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rnn_core import GRU, RNN, data, heads, optim, schedules, store, sweep
from rnn_core.layers import Bidirectional, Stacked
from rnn_core.network import Model
from rnn_core.padding import mask_of
from rnn_core.train import train

CLASSES = data.TOKEN_CLASSES
D, K, LENGTH, PIECES, UPDATES = len(data.PYTHON_ALPHABET), len(CLASSES), 128, 32, 400
RECURRENT = ["one layer", "wider", "two layers", "both ways", "delay 2", "delay 8"]
ARMS = [*RECURRENT, "window 16+0", "window 8+8"]
EXAMPLES = ["wider", "both ways"]
RATE = 0.015
GRID = [
    *({"reader": reader, "lr": RATE} for reader in ARMS),
    *({"reader": reader, "lr": 0.005} for reader in ("one layer", "wider")),
    *({"reader": reader, "lr": 0.03} for reader in ("wider", "two layers", "both ways")),
]


class Text:
    """The modules of one split in a row, with their labels and the pieces they can be cut into."""

    def __init__(self, split: str) -> None:
        sources = data.python_source(split)
        self.text = "".join(source.text for source in sources)
        self.codes = np.concatenate([data.encode(source.text) for source in sources])
        self.labels = np.concatenate([data.token_labels(source.text) for source in sources])
        outside = self.labels == CLASSES.index("space")
        ends = np.flatnonzero(outside & (self.codes == data.PYTHON_ALPHABET.index("\n"))) + 1
        self.starts = np.concatenate([[0], ends[ends <= len(self.codes) - LENGTH]])
        last = ends[np.searchsorted(ends, self.starts + LENGTH, side="right") - 1]
        fits = last > self.starts
        self.lengths = np.where(fits, last - self.starts, LENGTH)

    def tiles(self) -> np.ndarray:
        """Return which pieces cover the text one after the other."""
        chosen, at = [], 0
        for number, start in enumerate(self.starts):
            if start >= at:
                chosen.append(number)
                at = start + self.lengths[number]
        return np.array(chosen)

    def pieces(self, numbers: np.ndarray):
        """Return codes and labels, shape (LENGTH, B), and lengths; past its length a piece is 0."""
        lengths = self.lengths[numbers]
        at = self.starts[numbers] + np.arange(LENGTH)[:, None]
        real = mask_of(lengths, LENGTH) == 1
        return np.where(real, self.codes[at], 0), np.where(real, self.labels[at], 0), lengths


_texts: dict[str, Text] = {}


def text(split: str) -> Text:
    """Return a split, read once."""
    if split not in _texts:
        _texts[split] = Text(split)
    return _texts[split]


def new_model(reader: str, rng: np.random.Generator) -> Model:
    """Return an untrained reader."""
    made = {"rng": rng, "dtype": np.float32}
    if reader == "one layer":
        cell = GRU(D, 48, **made)
    elif reader == "two layers":
        cell = Stacked([GRU(D, 48, **made), GRU(48, 48, **made)])
    elif reader == "both ways":
        cell = Bidirectional(GRU(D, 42, **made), GRU(D, 42, **made))
    elif reader.startswith("window"):
        cell = RNN(17 * D, 20, **made)
    else:
        cell = GRU(D, 70, **made)
    return Model(cell, heads.Readout(cell.hidden_size, K, **made))


def batch(reader: str, codes: np.ndarray, labels: np.ndarray, lengths: np.ndarray):
    """Return xs, labels, mask and lengths as this reader takes them."""
    mask = mask_of(lengths, LENGTH)
    xs = np.eye(D, dtype=np.float32)[codes] * mask[..., None].astype(np.float32)
    if reader.startswith("delay"):
        k = int(reader.split()[1])
        xs = np.concatenate([xs, np.zeros((k, *xs.shape[1:]), np.float32)])
        early = np.zeros((k, len(lengths)), int)
        return xs, np.concatenate([early, labels]), np.concatenate([early, mask]), lengths + k
    if reader.startswith("window"):
        back, ahead = map(int, reader.split()[1].split("+"))
        wide = np.pad(xs, ((back, ahead), (0, 0), (0, 0)))
        views = [wide[j : j + LENGTH] for j in range(back + ahead + 1)]
        real = mask == 1
        xs = np.concatenate([view[real] for view in views], axis=-1)[None]  # one step, B windows
        return xs, labels[real][None], None, None
    return xs, labels, mask, lengths


def batches(reader: str, rng: np.random.Generator, updates: int) -> Iterator[tuple]:
    """Yield batches of pieces of the training modules, drawn at random."""
    source = text("train")
    for _ in range(updates):
        yield batch(reader, *source.pieces(rng.integers(len(source.starts), size=PIECES)))


def fit(reader: str, rng: np.random.Generator, lr: float, updates: int = UPDATES) -> Model:
    """Return a trained reader."""
    model = new_model(reader, rng)
    rate = schedules.warmup_cosine(lr, updates, warmup=20)
    drawn = batches(reader, rng, updates)
    train(model, drawn, heads.softmax_cross_entropy, optim.Adam(rate), progress=False)
    return model


def answers(model: Model, reader: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each judged character in the text of a split, and the class given."""
    source, places, said = text(split), [], []
    tiles = source.tiles()
    for numbers in np.array_split(tiles, -(-len(tiles) // 256)):
        codes, labels, lengths = source.pieces(numbers)
        xs, _, _, given = batch(reader, codes, labels, lengths)
        scores = model.forward(xs, lengths=given)[1].argmax(axis=-1)
        real = mask_of(lengths, LENGTH) == 1
        if reader.startswith("window"):
            said.append(scores[0])
        else:
            said.append(scores[-LENGTH:][real])
        places.append((source.starts[numbers] + np.arange(LENGTH)[:, None])[real])
    at, answer = np.concatenate(places), np.concatenate(said)
    order = at.argsort()
    return at[order], answer[order]


def f1_scores(said: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the F1 of each class, shape (K,)."""
    table = np.zeros((K, K))
    np.add.at(table, (true, said), 1)
    return 2 * table.diagonal() / np.maximum(1, table.sum(0) + table.sum(1))


def first_of_word(source: Text) -> np.ndarray:
    """Say which characters begin a word, that is a keyword or a name."""
    word = np.isin(source.labels, [CLASSES.index("keyword"), CLASSES.index("name")])
    return word & ~np.concatenate([[False], word[:-1]])


def in_prefix(source: Text) -> np.ndarray:
    """Say which characters are the prefix of a string, such as the r of r''."""
    string = source.labels == CLASSES.index("string")
    quote = np.array([character in "'\"" for character in source.text])
    begins = string & ~np.concatenate([[False], string[:-1]]) & ~quote
    second = np.concatenate([[False], begins[:-1]]) & string & ~quote
    return begins | second


def judge(model: Model, reader: str, split: str) -> dict[str, float]:
    """Return every score of a reader on a split."""
    source = text(split)
    at, said = answers(model, reader, split)
    true = source.labels[at]
    right, f1 = said == true, f1_scores(said, true)
    first = first_of_word(source)[at]
    keyword = first & (true == CLASSES.index("keyword"))
    return {
        "accuracy": float(right.mean()),
        "macro_f1": float(f1.mean()),
        **{name: float(value) for name, value in zip(CLASSES, f1, strict=True)},
        "first_keyword": float(right[keyword].mean()),
        "first_name": float(right[first & ~keyword].mean()),
        "prefix": float(right[in_prefix(source)[at]].mean()),
    }


def run(rng: np.random.Generator, reader: str, lr: float) -> dict[str, float]:
    """Train one reader; return its scores."""
    model = fit(reader, rng, lr)
    valid = judge(model, reader, "validation")["accuracy"]
    scores = {"validation": valid, **judge(model, reader, "test")}
    return {name: round(value, 5) for name, value in scores.items()}


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


def weights(reader: str) -> Path:
    """Return where the weights of a reader of `EXAMPLES` are stored."""
    return Path(__file__).with_name(f"deeper_{reader.replace(' ', '_')}.safetensors")


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
    for each in EXAMPLES:
        model = fit(each, np.random.default_rng(0), RATE)
        store.save(model, weights(each), note=f"{each}, seed 0 of book/_experiments/deeper.py")
