"""The ways in for a blog that lived elsewhere."""
