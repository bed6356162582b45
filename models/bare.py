"""Has Tortoise make a noun of what its class says alone; imported before the first noun."""

import tortoise.models

# It parses the source of each class for comments to describe columns with; ours have none, and that takes a
# tenth of the time in which a server starts.
tortoise.models._get_comments = lambda _noun: {}  # type: ignore[assignment]
