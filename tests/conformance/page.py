"""A page of docs/clients: the files it writes, the commands it gives, and what it says they print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SERVE = "./dev serve"
INSTALLERS = ("npm install ", "pip install ")


@dataclass(frozen=True)
class Command:
    """A line of the shell, and what the page says it prints."""

    line: str
    prints: str = ""

    @property
    def serves(self) -> dict[str, str] | None:
        """The settings of the server it starts, if it starts one."""
        before, found, _ = self.line.partition(SERVE)
        return dict(setting.split("=", 1) for setting in before.split()) if found else None

    @property
    def installs(self) -> list[str]:
        """The packages it installs."""
        tool = next((tool for tool in INSTALLERS if self.line.startswith(tool)), None)
        return self.line.removeprefix(tool).split() if tool else []

    @property
    def listens(self) -> bool:
        """Whether it runs until it is stopped."""
        return "listen." in self.line and not self.line.startswith("npx tsc")


class Page:
    """A page, read block by block."""

    def __init__(self, path: Path) -> None:
        self.blocks = [(kind, name, text) for kind, name, text in FENCE.findall(path.read_text("utf-8"))]

    def files(self) -> Iterator[tuple[str, str]]:
        """Give the files that the page shows, by their names."""
        return ((name, text) for _, name, text in self.blocks if name)

    def commands(self) -> list[Command]:
        """Give the commands in their order; what is printed belongs to the last one before it."""
        found: list[Command] = []
        for kind, name, text in self.blocks:
            if kind == "sh":
                found += [Command(line) for line in text.splitlines()]
            elif kind == "text" and not name:
                found[-1] = Command(found[-1].line, text)
        return found
