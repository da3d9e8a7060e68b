"""The tones of the page on CTC: labels agree with frames, and the search told all reads them."""

import experiments
import numpy as np
import pytest

from rnn_core.decoding import collapse, label_error_rate


@pytest.fixture(scope="module")
def ctc():
    """Return the script of the experiment."""
    return experiments.load("ctc")


def test_the_labels_are_those_of_the_frames(ctc):
    heard, labels, frames = ctc.tones(50, np.random.default_rng(0))
    assert heard.shape == (48, 50, 4)
    assert [collapse(path) for path in frames.T] == labels
    assert all(0 < label <= 4 for row in labels for label in row)


def test_a_tone_sounds_in_its_channel(ctc, monkeypatch):
    monkeypatch.setattr(ctc, "NOISE", 0)
    heard, _, frames = ctc.tones(20, np.random.default_rng(1))
    assert (heard.sum(axis=-1) == (frames > 0)).all()
    assert (heard.argmax(axis=-1)[frames > 0] + 1 == frames[frames > 0]).all()


@pytest.mark.parametrize(("noise", "worst"), [(0.1, 0), (0.5, 0.08)])
def test_the_search_reads_tones(ctc, monkeypatch, noise, worst):
    monkeypatch.setattr(ctc, "NOISE", noise)
    heard, labels, _ = ctc.tones(200, np.random.default_rng(2))
    found = [ctc.segment(one) for one in heard.swapaxes(0, 1)]
    assert label_error_rate(found, labels) <= worst


def test_short_runs_become_silence(ctc):
    path = np.array([1, 1, 2, 2, 2, 0, 3])
    assert ctc.drop_short(path, 3).tolist() == [0, 0, 2, 2, 2, 0, 0]
    assert ctc.drop_short(path, 1).tolist() == path.tolist()
