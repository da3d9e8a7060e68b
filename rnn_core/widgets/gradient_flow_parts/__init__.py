"""The parts of the vanishing-gradient explorer: its data, its words, its chart and its planes."""
