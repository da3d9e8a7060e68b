"""The gate stepper over a short text, with every option given."""

from tests.stepper_case import stepper as make

__all__ = ["TURN", "make"]
TURN = ("t", 7)
