"""The garden's migrations."""
