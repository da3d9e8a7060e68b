"""The parts of the training replay: its data, its words, its curves and its strips."""
