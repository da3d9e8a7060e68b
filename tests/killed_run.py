"""A training program that can be killed on the way, for `test_resume`.

`python -m tests.killed_run KIND SAVE_PATH RESULT WHERE AT`, where WHERE is "never", "step" (after
the step AT), "writing" (in the middle of the save AT) or "slow" (by whoever started it).
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time

import numpy as np

import rnn_core
from rnn_core import heads, optim, schedules
from rnn_core.network import Model
from rnn_core.train import train

STEPS, EVERY = 60, 7


def episodes(rng):
    """Yield parts of long sequences: a stream that has a place of its own between the draws."""
    while True:
        bits = rng.integers(2, size=(12, 4))
        parity = bits.cumsum(axis=0) % 2
        for at in range(0, 12, 4):
            yield bits[at : at + 4, :, None] - 0.5, parity[at : at + 4]


def die():
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_writing(save):
    """Die when the save of this number, from 1, has put half of its file on the disk."""
    write, saves = os.fsync, itertools.count(1)

    def fsync(file):
        if next(saves) == save:
            os.ftruncate(file, 200)
            die()
        write(file)

    os.fsync = fsync


def main(kind, save_path, result, where, at):
    """Train, and write all that the run ended with to `result`."""
    rng = np.random.default_rng(3)
    model = Model(getattr(rnn_core, kind)(1, 5, rng=rng), heads.Readout(5, 2, rng=rng))
    if where == "writing":
        die_while_writing(at)

    def callback(number, model, history):
        if where == "slow":
            time.sleep(0.003)
        if where == "step" and number == at:
            die()

    history = train(
        model,
        itertools.islice(episodes(rng), STEPS),
        heads.softmax_cross_entropy,
        optim.Adam(schedules.warmup_cosine(0.02, STEPS, warmup=5)),
        carry_state=True,
        reset_every=3,
        callback=callback,
        progress=False,
        save_path=save_path or None,
        save_every=EVERY,
    )
    seen = {"losses": history.losses, "norms": history.norms, "after": rng.standard_normal(3)}
    np.savez(result, **seen, **model.params)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
