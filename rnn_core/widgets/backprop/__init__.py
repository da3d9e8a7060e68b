"""The parts of the backprop stepper: where its graphs stand, its data and its drawing."""
