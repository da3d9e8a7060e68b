"""The parts of the gate stepper: its tables, its numbers and its drawing."""
