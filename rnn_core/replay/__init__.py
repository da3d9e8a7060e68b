"""Training, kept at some of its steps, so that it can be looked at again.

At each of these steps the model answers the same held-out sequences. What is kept is how well it
does, how much of the error signal reaches each step back, and what its gates do on one sequence.
"""

from .recording import Recording, load, save
from .watch import record

__all__ = ["Recording", "load", "record", "save"]
