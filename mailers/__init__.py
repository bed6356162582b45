"""The letters: their words, and the ways by which they reach a mail server."""
