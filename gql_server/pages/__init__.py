"""The doors for readers of letters: pages that sign up, confirm, choose, leave and come back."""
