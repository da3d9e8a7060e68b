"""The linear recurrent unit: a state that only turns and shrinks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..init import glorot_uniform
from ..scan import Recur, sequential
from ..trace import Grads, Trace
from .family import product_grad
from .linear import LinearCell


class Complex(NamedTuple):
    """The state of an LRU, H complex numbers for each sequence: `re` and `im`, shape (B, H).

    Examples
    --------
    >>> Complex(np.ones((1, 2)), np.zeros((1, 2))).re.shape
    (1, 2)
    """

    re: np.ndarray
    im: np.ndarray


class LRU(LinearCell):
    r"""The diagonal linear recurrent unit.

    .. math::
        \lambda &= \exp(-e^{\nu} + \mathrm{i}\, e^{\theta}) \\
        s_t &= \lambda \odot s_{t-1} + e^{\gamma} \odot (B x_t) \\
        h_t &= \operatorname{Re}(C s_t) + W_{hx} x_t

    The state s is complex. Each unit has one number λ, inside the unit circle for every ν: its
    modulus says how much of s is left after a step, its angle how far s turns. The parameters ν,
    θ and γ (`nu_log`, `theta_log`, `gamma_log`) are logarithms, as in the paper; B and C are kept
    as real and imaginary parts. |λ|² starts uniform between r_min² and r_max², the angle between 0
    and `max_phase`, and e^γ at √(1 − |λ|²). Source: Orvieto et al. (2023), section 3; their skip
    connection is one weight per unit, which is W_hx here, as D and H may differ.

    Examples
    --------
    >>> import numpy as np
    >>> cell = LRU(2, 3, rng=np.random.default_rng(0), r_min=0.9)
    >>> bool((cell.moduli > 0.9).all())
    True
    """

    letters = ""
    state_type = Complex

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        r_min: float = 0.0,
        r_max: float = 1.0,
        max_phase: float = 2 * np.pi,
        dtype: Any = np.float64,
    ) -> None:
        r_min, r_max = checks.real("r_min", r_min), checks.positive("r_max", r_max)
        if not 0 <= r_min < r_max <= 1:
            raise ValueError(f"r_min must be from 0 to below r_max ≤ 1; got {r_min} and {r_max}")
        max_phase = checks.positive("max_phase", max_phase)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        tiny = np.finfo(self.dtype).tiny
        u, turn = 1 - rng.random(hidden_size), 1 - rng.random(hidden_size)  # in (0, 1]
        square = np.clip(u * (r_max**2 - r_min**2) + r_min**2, 1e-12, 1 - 1e-6)
        self.params["nu_log"][:] = np.log(-0.5 * np.log(square))
        self.params["theta_log"][:] = np.log(np.maximum(max_phase * turn, tiny))
        self.params["gamma_log"][:] = 0.5 * np.log(1 - square)

    @property
    def moduli(self) -> np.ndarray:
        """|λ| of each unit, shape (H,): what is left of its state after one step."""
        return np.exp(-np.exp(self.params["nu_log"]))

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        D, H = self.input_size, self.hidden_size
        vectors = dict.fromkeys(("nu_log", "theta_log", "gamma_log"), (H,))
        return (
            vectors
            | {"B_re": (H, D), "B_im": (H, D), "C_re": (H, H), "C_im": (H, H)}
            | {"W_hx": (H, D)}
        )

    def _draw(self, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        if name == "W_hx":
            return glorot_uniform(*shape, rng=rng)
        if len(shape) == 1:
            return np.zeros(shape)
        variance = 1 / (2 * shape[1]) if name.startswith("B") else 1 / shape[1]
        return rng.normal(0, np.sqrt(variance), shape)

    def _lambda(self) -> np.ndarray:
        p = self.params
        return np.exp(-np.exp(p["nu_log"]) + 1j * np.exp(p["theta_log"]))

    def _driven(self, xs: np.ndarray) -> np.ndarray:
        """Return e^γ ⊙ (B x), complex, shape (..., H)."""
        p = self.params
        return np.exp(p["gamma_log"]) * (xs @ p["B_re"].T + 1j * (xs @ p["B_im"].T))

    def _read(self, s: np.ndarray, xs: np.ndarray) -> np.ndarray:
        p = self.params
        return np.real(s) @ p["C_re"].T - np.imag(s) @ p["C_im"].T + xs @ p["W_hx"].T

    def _step(self, x: np.ndarray, state: Complex) -> tuple[Complex, dict[str, np.ndarray]]:
        s = self._lambda() * (state.re + 1j * state.im) + self._driven(x)
        return Complex(np.real(s).copy(), np.imag(s).copy()), {"h": self._read(s, x)}

    def _forward(
        self, xs: np.ndarray, start: Complex, recur: Recur = sequential
    ) -> dict[str, np.ndarray]:
        s = recur(self._lambda(), self._driven(xs), start.re + 1j * start.im)
        return {"re": np.real(s).copy(), "im": np.imag(s).copy(), "h": self._read(s, xs)}

    def _backward(self, trace: Trace, dh: np.ndarray, end: Complex, inner: Any) -> Grads:
        # ds stands for ∂L/∂Re(s) + i ∂L/∂Im(s); with it a factor a becomes its conjugate.
        p, lam, xs = self.params, self._lambda(), trace.xs
        ds = dh @ p["C_re"] - 1j * (dh @ p["C_im"])
        if inner:
            ds += inner["re"] + 1j * inner["im"]
        ds[-1] += end.re + 1j * end.im
        ds = sequential(lam.conj(), ds[::-1], np.zeros_like(ds[0]))[::-1]
        before = trace.before("re") + 1j * trace.before("im")
        turned = (np.conj(lam * before) * ds).sum(axis=(0, 1))  # λ̄ ∂L/∂λ
        dv = np.exp(p["gamma_log"]) * ds  # ∂L/∂(B x)
        params = {
            "nu_log": -np.exp(p["nu_log"]) * np.real(turned),
            "theta_log": np.exp(p["theta_log"]) * np.imag(turned),
            "gamma_log": np.real(np.conj(self._driven(xs)) * ds).sum(axis=(0, 1)),
            "B_re": product_grad(np.real(dv), xs),
            "B_im": product_grad(np.imag(dv), xs),
            "C_re": product_grad(dh, trace["re"]),
            "C_im": -product_grad(dh, trace["im"]),
            "W_hx": product_grad(dh, xs),
        }
        dxs = np.real(dv) @ p["B_re"] + np.imag(dv) @ p["B_im"] + dh @ p["W_hx"]
        first = lam.conj() * ds[0]
        return Grads(params, dxs, Complex(np.real(first).copy(), np.imag(first).copy()), dh)
