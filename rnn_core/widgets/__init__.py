"""Figures a reader can step through, in Jupyter and in the built book.

Each widget is one Python file and one same-named JavaScript file. Python draws the figure once;
the script only brings the drawing to life, so a page without JavaScript shows the same figure.
"""

try:
    import anywidget as anywidget
    import ipywidgets as ipywidgets
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"rnn_core.widgets needs {error.name}: pip install 'rnn-core[widgets]'"
    ) from error

from .backprop_stepper import BackpropStepper as BackpropStepper
from .convention_switchboard import ConventionSwitchboard as ConventionSwitchboard
from .gate_stepper import GateStepper as GateStepper
from .gradient_flow import GradientFlow as GradientFlow
from .memory_half_life import MemoryHalfLife as MemoryHalfLife
from .stepper.data import Follows as Follows
from .text_view import TextView as TextView
from .training_replay import TrainingReplay as TrainingReplay
