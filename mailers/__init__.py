"""The letters: pure functions from ids to mail."""
