"""The training replay that ships, with every option given."""

from rnn_core.pretrained import temporal_order
from rnn_core.widgets.training_replay import TrainingReplay

TURN = ("checkpoint", 12)


def make(**changes):
    """Return the replay at a step where the LSTM is half way."""
    options = {"checkpoint": 14, "shown": "change", "seed": 4, "label": "Two cells learn"} | changes
    options |= {"retrain": temporal_order.run, "note": temporal_order.note(), "chance": 0.25}
    return TrainingReplay(temporal_order.load(), marks=temporal_order.marks(), **options)
