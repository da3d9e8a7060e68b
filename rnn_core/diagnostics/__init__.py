"""What a cell does to signals over time: gradients, Jacobians, memory, gates.

Everything here reads a cell and the `Trace` of a forward pass, and returns arrays. `plots` draws
them.
"""

from .flow import GradientGrid, gradient_grid
from .gradients import GradientNorms, gradient_norms, jacobian, jacobians
from .memory import (
    Saturation,
    bias_for_half_life,
    half_life,
    half_life_of_bias,
    half_lives,
    keep_for_half_life,
    saturation,
)
from .spectra import eigenvalues, lyapunov_exponents, singular_values, spectral_radius

__all__ = [
    "GradientGrid",
    "GradientNorms",
    "Saturation",
    "bias_for_half_life",
    "eigenvalues",
    "gradient_grid",
    "gradient_norms",
    "half_life",
    "half_life_of_bias",
    "half_lives",
    "jacobian",
    "jacobians",
    "keep_for_half_life",
    "lyapunov_exponents",
    "saturation",
    "singular_values",
    "spectral_radius",
]
