"""How a gradient becomes a step: SGD, RMSProp and Adam. Each changes the parameters in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from . import checks
from .clipping import Params
from .clipping import clip_by_global_norm as clip_by_global_norm
from .clipping import clip_by_value as clip_by_value
from .clipping import global_norm as global_norm
from .schedules import Schedule


class Optimizer(ABC):
    """What every optimiser has: a learning rate, a count of steps, and a memory of gradients.

    Parameters
    ----------
    learning_rate : float, or a function of the step (from 0) that returns one

    Attributes
    ----------
    steps : int
        How many steps were taken.

    Examples
    --------
    >>> isinstance(Adam(1e-3), Optimizer), Adam(1e-3).steps
    (True, 0)
    """

    settings: ClassVar[tuple[str, ...]] = ("learning_rate",)
    memories: ClassVar[tuple[str, ...]] = ()  # attributes: for each, an array for each parameter

    def __init__(self, learning_rate: float | Schedule) -> None:
        # A Python float leaves float32 arrays float32; one of NumPy's would widen them.
        self.learning_rate = (
            learning_rate
            if callable(learning_rate)
            else checks.positive("learning_rate", learning_rate)
        )
        self.steps = 0
        for memory in self.memories:
            setattr(self, memory, {})

    def __repr__(self) -> str:
        chosen = {name: getattr(self, name) for name in self.settings}
        if callable(self.learning_rate):
            name = getattr(self.learning_rate, "__qualname__", type(self.learning_rate).__name__)
            chosen["learning_rate"] = name.replace(".<locals>", "")
        listed = ", ".join(f"{name}={value}" for name, value in chosen.items())
        return f"{type(self).__name__}({listed})"

    def step(self, params: Params, grads: Params) -> None:
        """Change `params` in place by one step against `grads`, which have the same names.

        Raises
        ------
        TypeError, ValueError
            If names or shapes differ, now or from the last step, a gradient is not finite, or a
            plan gives a learning rate below 0; nothing is changed then.
        """
        self._check(params, grads)
        rate = self._rate()
        self.steps += 1
        for name, value in params.items():
            value -= rate * self._direction(name, grads[name])

    def state_dict(self) -> dict[str, Any]:
        """Return what the next step depends on: the count of steps, and copies of the memory."""
        held = {
            f"{memory}.{name}": value.copy()
            for memory in self.memories
            for name, value in getattr(self, memory).items()
        }
        return {"steps": self.steps} | held

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from where another optimiser of the same kind was; the arrays are copied.

        Raises
        ------
        TypeError, ValueError
            If `state` is not what `state_dict` of this kind returns; nothing is changed then.
        """
        state = dict(checks.instance("state", state, dict))
        steps = checks.index("state['steps']", state.pop("steps", None), 2**63)
        found: dict[str, Params] = {memory: {} for memory in self.memories}
        for key, value in state.items():
            memory, _, name = str(key).partition(".")
            if memory not in found or not name:
                raise ValueError(f"state must have names of {self.memories}; got {key!r}")
            checks.finite(f"state[{key!r}]", checks.instance(f"state[{key!r}]", value, np.ndarray))
            found[memory][name] = value.copy()
        if len({tuple(sorted(memory)) for memory in found.values()}) > 1:
            raise ValueError(f"state must have each of {self.memories}; got {sorted(state)}")
        self.steps = steps
        for memory, held in found.items():
            setattr(self, memory, held)

    def _rate(self) -> float:
        """Return the learning rate of this step; a plan may give 0, to wait."""
        rate = self.learning_rate
        given = checks.real("learning_rate", rate(self.steps) if callable(rate) else rate)
        if given < 0:
            raise ValueError(f"learning_rate must be at least 0; got {given} at step {self.steps}")
        return given

    @abstractmethod
    def _direction(self, name: str, grad: np.ndarray) -> np.ndarray:
        """Return what is taken off a parameter, times the learning rate."""

    def _check(self, params: Params, grads: Params) -> None:
        if params.keys() != grads.keys():
            raise ValueError(f"grads must have the names {sorted(params)}; got {sorted(grads)}")
        held = getattr(self, self.memories[0]) if self.memories else {}
        for name, value in params.items():
            checks.array(f"grads[{name!r}]", grads[name], value.shape, value.dtype)
            seen = held.get(name, value).shape
            if seen != value.shape:
                raise ValueError(
                    f"params[{name!r}] must have shape {seen}, as at the first step; "
                    f"got {value.shape}"
                )


class SGD(Optimizer):
    """Gradient descent: against the gradient, or against its running sum, with momentum.

    Parameters
    ----------
    learning_rate : float, or a function of the step (from 0) that returns one
    momentum : float
        How much of the running sum is kept at each step, from 0 to below 1.
    nesterov : bool
        Look one step of momentum ahead.

    Notes
    -----
    v ← μ v + g, θ ← θ − η v; with `nesterov`, θ ← θ − η (g + μ v). Sources: Polyak (1964);
    Sutskever, Martens, Dahl and Hinton (2013). They put η inside v; here, as in PyTorch, it is
    outside, which differs only where η changes. With `nesterov`, θ here is the point they look
    ahead to.

    Examples
    --------
    >>> params, sgd = {"w": np.array([1.0])}, SGD(0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     sgd.step(params, {"w": np.array([1.0])})
    >>> params["w"]
    array([0.75])
    """

    settings = ("learning_rate", "momentum", "nesterov")
    memories = ("velocities",)
    velocities: Params

    def __init__(
        self,
        learning_rate: float | Schedule = 1e-2,
        momentum: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = checks.fraction("momentum", momentum)
        if checks.instance("nesterov", nesterov, bool) and momentum == 0:
            raise ValueError("nesterov must be False where momentum is 0; got True")
        self.nesterov = nesterov
        super().__init__(learning_rate)

    def _direction(self, name: str, grad: np.ndarray) -> np.ndarray:
        v = _held(self.velocities, name, grad)
        v *= self.momentum
        v += grad
        return grad + self.momentum * v if self.nesterov else v


class RMSProp(Optimizer):
    """RMSProp: each gradient divided by the root of its own running mean square.

    Parameters
    ----------
    learning_rate : float, or a function of the step (from 0) that returns one
    decay : float
        How much of the running mean of the square is kept at each step.
    epsilon : float

    Notes
    -----
    Source: Tieleman and Hinton (2012), lecture 6.5 of the course Neural Networks for Machine
    Learning: slides, not a paper. ε is not on them; here, as in PyTorch, it is outside the root.

    Examples
    --------
    >>> params = {"w": np.array([1.0])}
    >>> RMSProp(0.1, decay=0.75).step(params, {"w": np.array([8.0])})
    >>> params["w"].round(6)
    array([0.8])
    """

    settings = ("learning_rate", "decay", "epsilon")
    memories = ("squares",)
    squares: Params

    def __init__(
        self,
        learning_rate: float | Schedule = 1e-3,
        decay: float = 0.9,
        epsilon: float = 1e-8,
    ) -> None:
        self.decay = checks.fraction("decay", decay)
        self.epsilon = checks.positive("epsilon", epsilon)
        super().__init__(learning_rate)

    def _direction(self, name: str, grad: np.ndarray) -> np.ndarray:
        v = _held(self.squares, name, grad)
        v += (1 - self.decay) * (grad**2 - v)
        return grad / (np.sqrt(v) + self.epsilon)


class Adam(Optimizer):
    """Adam: a step for each parameter, scaled by its own recent gradients.

    Parameters
    ----------
    learning_rate : float, or a function of the step (from 0) that returns one
    betas : pair of float
        How much of the running means of the gradient and of its square is kept at each step.
    epsilon : float

    Notes
    -----
    Source: Kingma and Ba (2015), algorithm 1.

    Examples
    --------
    >>> params = {"w": np.array([1.0])}
    >>> Adam(0.1).step(params, {"w": np.array([8.0])})
    >>> params["w"].round(6)
    array([0.9])
    """

    settings = ("learning_rate", "betas", "epsilon")
    memories = ("means", "squares")
    means: Params
    squares: Params

    def __init__(
        self,
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        if not isinstance(betas, tuple) or len(betas) != 2:
            raise TypeError(f"betas must be a tuple of two numbers; got {betas!r:.60}")
        first, second = betas
        self.betas = checks.fraction("betas[0]", first), checks.fraction("betas[1]", second)
        self.epsilon = checks.positive("epsilon", epsilon)
        super().__init__(learning_rate)

    def _direction(self, name: str, grad: np.ndarray) -> np.ndarray:
        (keep, keep_sq), t = self.betas, self.steps
        m = _held(self.means, name, grad)
        v = _held(self.squares, name, grad)
        m += (1 - keep) * (grad - m)
        v += (1 - keep_sq) * (grad**2 - v)
        return (m / (1 - keep**t)) / (np.sqrt(v / (1 - keep_sq**t)) + self.epsilon)


def _held(memory: Params, name: str, grad: np.ndarray) -> np.ndarray:
    """Return what is remembered of a parameter, zeros at the first step."""
    if name not in memory:
        memory[name] = np.zeros_like(grad)
    return memory[name]
