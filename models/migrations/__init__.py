"""What changed in the schema from release to release."""
