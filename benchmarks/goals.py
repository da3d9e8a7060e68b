"""How many times faster than torch.nn each cell is meant to be, for tiny … big."""

GOALS = {
    ("GRU", "float32"): (12, 2.7, 3.5, 1.45, 1.35, 1.3),
    ("RNN", "float32"): (11, 3.1, 4.5, 1.65, 1.42, 1.26),
    ("LSTM", "float64"): (14, 2.2, 2.8, 1.68, 1.26, 1.2),
    ("LSTM", "float32"): (0.8, 0.8, 1.0, 0.88, 0.70, 0.70),
}
