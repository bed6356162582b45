"""What the store refuses, in one tree; a class's docstring is its message.

    Refused
    ├── NotFound
    └── Invalid (field)
    StoreError
"""


class Refused(Exception):
    """This cannot be done."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class NotFound(Refused):
    """There is no such thing."""


class Invalid(Refused):
    """This value cannot be used."""

    def __init__(self, field: str, message: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class StoreError(Exception):
    """The store cannot be opened or reached."""
