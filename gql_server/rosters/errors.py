"""What is refused of a roster's file as a whole, in one clear line."""


class RosterRefused(Exception):
    """This file holds no roster that can be read, or cannot be written."""
