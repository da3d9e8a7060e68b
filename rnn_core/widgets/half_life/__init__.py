"""What the figure of half-lives shows, and how it is drawn."""
