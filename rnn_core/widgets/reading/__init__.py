"""What the text reading view shows, and how it is drawn."""
