"""What the store refuses, in one tree; a class's docstring is its message.

Refused
├── NotFound
├── Changed
└── Invalid (field)
StoreError
"""


class Refused(Exception):
    """This cannot be done."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class NotFound(Refused):
    """There is no such thing."""


class Changed(Refused):
    """Someone else changed this first; read it again."""


class Invalid(Refused):
    """This value cannot be used."""

    def __init__(self, field: str, message: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class StoreError(Exception):
    """The store cannot be opened or reached."""
