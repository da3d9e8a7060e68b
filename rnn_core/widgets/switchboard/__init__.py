"""What the switchboard of conventions shows, and how it is drawn."""
