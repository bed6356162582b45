"""The command line: serve, work, migrate, backup, import, audit, doctor, and a group for each noun."""

import gc
import sys
from importlib import import_module
from typing import Any

import click

# Where each command stands, and what it is called there.
COMMANDS = {
    "audit": ("cli_audit", "audit"),
    "backup": ("cli_store", "backup"),
    "comments": ("cli_comments", "comments"),
    "doctor": ("cli_doctor", "doctor"),
    "import": ("cli_import", "import_"),
    "issues": ("cli_issues", "issues"),
    "jobs": ("cli_jobs", "jobs"),
    "migrate": ("cli_store", "migrate"),
    "serve": ("cli_serve", "serve"),
    "subscribers": ("cli_subscribers", "subscribers"),
    "token": ("cli_users", "token"),
    "users": ("cli_users", "users"),
    "webhooks": ("cli_webhooks", "webhooks"),
    "work": ("cli_jobs", "work"),
}


class Commands(click.Group):
    """Loads a command when it is asked for: most need not half of what a server does."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Name all commands."""
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Load a command; a Ctrl-C while it is still loading ends it in silence."""
        if name not in COMMANDS:
            return None
        module, variable = COMMANDS[name]
        # All that is loaded stays: to look through it again and again would take a tenth of the time.
        gc.disable()
        try:
            command: Any = getattr(import_module(f"gql_server.{module}"), variable)
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            gc.enable()
        return command  # type: ignore[no-any-return]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gql-server")
def main() -> None:
    """A GraphQL content backend for a publication: posts, conversations, newsletter.

    Settings come from the environment (GQL_SERVER_DATABASE_URL, …_HOST, …_PORT, …_SITE_URL); without any the
    store is data/blog.sqlite3 in this folder.
    """
