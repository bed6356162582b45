"""Measures how fast the graph answers, and how that grows with the archive: `./dev bench`."""
