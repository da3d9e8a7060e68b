"""One table for each kind of cell."""
