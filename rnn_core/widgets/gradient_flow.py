"""The vanishing-gradient explorer: how much of an error signal is left many steps back."""

from __future__ import annotations

from typing import Any

import traitlets

from rnn_core import checks
from rnn_core.diagnostics import GradientGrid, gradient_grid

from . import front_end
from .base import Figure
from .controls import STILL, choice, slider
from .gradient_flow_parts.data import OF_RADIUS, Reader, build
from .gradient_flow_parts.norms import TALL, WIDE, chart, table
from .gradient_flow_parts.planes import planes
from .gradient_flow_parts.words import saying

VIEWS = ("norms", "spectrum")


class GradientFlow(Figure):
    """Norms of ∂L/∂h against the steps back from the loss, for an RNN, an LSTM and a GRU.

    The reader turns the spectral radius of the RNN, the bias of the gate that keeps the state,
    how many steps back are shown and the size of the inputs. The other view shows the eigenvalues
    and the singular values of the Jacobian of one step.

    Parameters
    ----------
    grid : GradientGrid, optional
        What `diagnostics.gradient_grid` returned; by default all its settings, which takes some
        seconds. Nothing else can be shown in a page. With a kernel, a radius or a bias that is
        not in the grid is computed when it is set.
    view : str
        "norms" or "spectrum".
    activation : str
        Of the RNN: "tanh" or "logistic".
    radius : float
        The spectral radius of W_hh of the RNN, above 0.
    bias : float
        b_f of the LSTM and −b_z of the GRU.
    length : int, optional
        Steps back from the loss that are shown, of one sequence of `grid.steps`; one of those the
        data keeps, by default all.
    input_scale : float
        The standard deviation of the inputs, one of the grid's.
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or not in its range.

    Examples
    --------
    >>> from rnn_core.diagnostics import gradient_grid
    >>> grid = gradient_grid(radii=[1], biases=[0, 1], inputs=[1], hidden_size=8, steps=60)
    >>> GradientFlow(grid)
    <GradientFlow norms tanh radius=1 bias=0 inputs=1 length=60: RNN -17.7 LSTM -12.4 GRU -11.5>
    """

    _esm = front_end.module("gradient_flow")
    kind = "gradient_flow"
    stands = ("view", "activation", "radius", "bias", "length", "input_scale")
    view = traitlets.Unicode("norms").tag(sync=True)
    activation = traitlets.Unicode("tanh").tag(sync=True)
    radius = traitlets.Float(1.0).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    length = traitlets.Int(150).tag(sync=True)
    input_scale = traitlets.Float(1.0).tag(sync=True)

    def __init__(
        self,
        grid: GradientGrid | None = None,
        *,
        view: str = "norms",
        activation: str = "tanh",
        radius: float = 1.0,
        bias: float = 0.0,
        length: int | None = None,
        input_scale: float = 1.0,
        label: str = "How much of an error signal is left, step by step back",
    ) -> None:
        found = gradient_grid() if grid is None else checks.instance("grid", grid, GradientGrid)
        stands = {
            "view": checks.choice("view", view, VIEWS),
            "activation": checks.choice("activation", activation, OF_RADIUS),
            "radius": checks.positive("radius", radius),
            "bias": checks.real("bias", bias),
            "input_scale": checks.one_of("input_scale", input_scale, found.inputs),
        }
        self._grid = found.including(radius=stands["radius"], bias=stands["bias"])
        data = build(self._grid)
        lengths = data["values"]["length"]
        stands["length"] = checks.one_of(
            "length", lengths[-1] if length is None else length, lengths
        )
        super().__init__(data, label, **stands)

    @property
    def grid(self) -> GradientGrid:
        """Everything that was computed so far."""
        return self._grid

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        reader = self._reader()
        charts = "".join(chart(layout, reader, self.length) for layout in (WIDE, TALL))
        return (
            f'<div class="rnnw-explorer" data-view="{self.view}">{self._controls(reader)}'
            f"{charts}{planes(reader)}"
            f'<p class="rnnw-saying" aria-live="polite">'
            f"{saying(self.view, reader, self.length)}</p>"
            f"{table(reader, self.length)}{_notes(self.data)}</div>"
        )

    def _reader(self) -> Reader:
        return Reader(self.data, self.activation, self.radius, self.bias, self.input_scale)

    def _controls(self, reader: Reader) -> str:
        values, says, places = self.data["values"], self.data["says"], dict(reader.places)
        places["length"] = values["length"].index(self.length)
        names = {
            "radius": "RNN: spectral radius",
            "bias": "LSTM, GRU: keep bias",
            "length": "Steps back from the loss",
        }
        sliders = {
            name: slider(name, label, len(values[name]) - 1, places[name], says[name][places[name]])
            for name, label in names.items()
        }
        scales = [(f"{value:g}", f"{value:g}") for value in values["input_scale"]]
        views = [("norms", "Over many steps"), ("spectrum", "One step")]
        return (
            f'<div class="rnnw-knobs">{"".join(sliders.values())}</div><div class="rnnw-knobs">'
            + choice("activation", "RNN", [(k, k) for k in OF_RADIUS], self.activation)
            + choice("input_scale", "Size of inputs", scales, f"{self.input_scale:g}")
            + choice("view", "Show", views, self.view)
            + f"</div>{STILL}"
        )

    @traitlets.validate(*stands)
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse what the figure cannot show."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            if name in ("view", "activation"):
                return checks.choice(name, value, VIEWS if name == "view" else OF_RADIUS)
            if name in ("radius", "bias"):
                return (checks.positive if name == "radius" else checks.real)(name, value)
            return checks.one_of(name, value, self.data["values"][name])
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("radius", "bias")
    def _compute(self, _: Any) -> None:
        """Compute what the grid lacks; the script then shows it."""
        if self.radius not in self._grid.radii or self.bias not in self._grid.biases:
            self._grid = self._grid.including(radius=self.radius, bias=self.bias)
            self.data = build(self._grid)

    def __repr__(self) -> str:
        reader = self._reader()
        left = " ".join(
            f"{cell} {reader.exponent(cell, self.length) / 100:.1f}"
            for cell in ("RNN", "LSTM", "GRU")
        )
        return (
            f"<GradientFlow {self.view} {self.activation} radius={self.radius:.4g} "
            f"bias={self.bias:.4g} inputs={self.input_scale:.4g} length={self.length}: {left}>"
        )


def _notes(data: dict[str, Any]) -> str:
    """Return how it was measured, for each view."""
    start = (
        f"{data['inputs']} Gaussian inputs a step, of the deviation chosen; input weights Glorot "
        "over the stacked gates, recurrent weights orthogonal, in the RNN Gaussian and scaled to "
        "the radius; the keep bias is <i>b</i><sub>f</sub> and −<i>b</i><sub>z</sub>, "
        "other biases are 0. Glorot: uniform, with variance 2 ÷ (inputs + outputs). Weights that "
        "start otherwise give other numbers."
    )
    return (
        f'<p class="rnnw-note rnnw-of-norms">Lines: mean of log₁₀ over {data["seeds"]} seeds, '
        "bands: their range, thin line: ∂L/∂c of the LSTM. A unit error signal starts at the "
        f"loss, at step {data['steps']}, and all that is shown is one run of that length. The "
        "spectral radius is the size of the largest eigenvalue of <i>W</i><sub>hh</sub>. "
        f"Untrained cells of {data['size']} units; {start}</p>"
        f'<p class="rnnw-note rnnw-of-spectrum">Dots: eigenvalues of the Jacobian of one step '
        "(the derivatives of its state by the state before), on the complex plane with the unit "
        "circle. Strokes: its singular values, by how much it can stretch. The last step of one "
        f"untrained cell of {data['units']} units, of both h and c "
        f"in the LSTM; {start}</p>"
    )
