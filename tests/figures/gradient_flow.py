"""The vanishing-gradient explorer over a small grid, with every option given."""

import functools

from rnn_core.diagnostics import GradientGrid, gradient_grid
from rnn_core.widgets.gradient_flow import GradientFlow

__all__ = ["LIVE", "TURN", "make", "small_grid"]
LIVE = ("figure.radius = 1.25", "an error signal of size 1 has size 10⁻¹¹ in the RNN")
TURN = ("bias", 3.0)


@functools.cache
def small_grid() -> GradientGrid:
    """Return a grid that is computed in a moment: cells of 12 units, 150 steps, 5 seeds."""
    return gradient_grid(
        radii=[0.5, 1.0, 1.5],
        biases=[-1, 0, 3],
        inputs=[0, 1],
        hidden_size=12,
        input_size=4,
        spectrum_size=6,
        seeds=range(5),
    )


def make(**changes):
    """Return the explorer; `changes` are arguments of `GradientFlow`."""
    given = {
        "grid": small_grid(),
        "view": "norms",
        "activation": "tanh",
        "radius": 1.0,
        "bias": 0.0,
        "length": 100,
        "input_scale": 1.0,
        "label": "A test",
    }
    return GradientFlow(**(given | changes))
