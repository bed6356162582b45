"""Letters that wait for a connection."""

import asyncio
from collections import deque
from collections.abc import Collection
from time import monotonic

from mailers.mail import Mail

# Seconds. Who leaves gets no letter two seconds later, and it takes a moment to come out.
FRESH = 1.5


class Lane:
    """Hands letters to connections in their order; keeps few, so that their source is read no faster.

    When `watched`, no letter goes out unless it was known a moment ago that it was not taken back.
    """

    def __init__(self, room: int, *, watched: bool = False) -> None:
        self._room = room
        self._watched = watched
        self._known_at = float("-inf")
        self._waiting: deque[Mail] = deque()
        self._returned: set[str] = set()
        self._withdrawn: set[str] = set()
        self._ended = self._emptied = False
        self._changed: asyncio.Future[None] | None = None
        # Set when the first letter asks to go out.
        self.at_the_gate = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, mail: Mail) -> bool:
        """Add a letter when there is room; say whether there may be more, which is not so after the end."""
        while len(self._waiting) >= self._room and not self._ended:
            await self._change()
        if not self._ended and mail.key not in self._withdrawn:
            self._waiting.append(mail)
            self._tell()
        return not self._ended

    def end(self, *, empty: bool = False) -> None:
        """Take no more letters; when `empty`, also let go of those that wait."""
        self._ended = True
        if empty:
            self._emptied = True
            self._waiting.clear()
        self._tell()

    async def ready(self) -> bool:
        """Wait for a letter; say whether there is one, which there is not after the end."""
        while not self._waiting and not self._ended:
            await self._change()
        return bool(self._waiting)

    def take(self) -> Mail | None:
        """Give the letter whose turn it is, when there is one."""
        if not self._waiting:
            return None
        mail = self._waiting.popleft()
        if len(self._waiting) <= self._room // 2:
            self._tell()
        return mail

    def give_back(self, mail: Mail) -> bool:
        """Put a letter before the others for a second try; say no when this was the second."""
        if mail.key in self._withdrawn:
            return True
        if mail.key in self._returned:
            self._returned.discard(mail.key)
            return False
        self._returned.add(mail.key)
        if not self._emptied:
            self._waiting.appendleft(mail)
            self._tell()
        return True

    def withdraw(self, keys: Collection[str], *, known_at: float) -> None:
        """Take letters back that are not out yet, wherever they are on their way."""
        self._withdrawn.update(keys)
        self._known_at = known_at
        self._waiting = deque(mail for mail in self._waiting if mail.key not in self._withdrawn)
        self._tell()

    async def let_out(self, mail: Mail) -> bool:
        """Say whether a letter may go out now; wait until that is known."""
        self.at_the_gate.set()
        while self._watched and monotonic() - self._known_at > FRESH:
            await self._change()
        return mail.key not in self._withdrawn

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._changed)

    def _tell(self) -> None:
        if self._changed is not None:
            self._changed.set_result(None)
            self._changed = None
