"""The training replay that ships, with every option given."""

from rnn_core import optim, replay
from rnn_core.pretrained import temporal_order
from rnn_core.widgets.training_replay import TrainingReplay

__all__ = ["LIVE", "TURN", "make"]
LIVE = ("figure.seed = 7", "1 part in 400 in the LSTM")
TURN = ("checkpoint", 12)
STEPS, HELD_OUT = tuple(range(15)), 32


def retrain(seed):
    """Train both cells for a moment, and judge them by fewer sequences."""
    given = {
        "held_out": tuple(array[:, :HELD_OUT] for array in temporal_order.held_out()),
        "at": STEPS,
        "example": temporal_order.example(),
        "twin": temporal_order.twin(),
    }
    models = {kind: temporal_order.new_model(kind, seed) for kind in ("RNN", "LSTM")}
    return {
        kind: replay.record(model, temporal_order.batches(seed), optim.Adam(0.005), **given)
        for kind, model in models.items()
    }


def make(**changes):
    """Return the replay at a step where the LSTM is half way."""
    options = {"checkpoint": 14, "shown": "change", "seed": 4, "label": "Two cells learn"} | changes
    options |= {"retrain": retrain, "note": temporal_order.note(), "chance": 0.25}
    return TrainingReplay(temporal_order.load(), marks=temporal_order.marks(), **options)
