"""The command line: serve, work, migrate, backup, import, audit, doctor, and a group for each noun."""

import gc
import sys
from functools import cache
from importlib import import_module
from types import ModuleType

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
    "work": ("cli_work", "work"),
}
# What each says first of itself, so that they can be listed without loading any.
WORDS = {
    "audit": "List who did what, the newest last.",
    "backup": "Copy a SQLite store that is in use to FILE.",
    "comments": "List and decide about comments of guests that wait; show or set the rules.",
    "doctor": "Check everything: settings, store, pictures, mail, and the work that waits.",
    "import": "Bring in a publication from elsewhere.",
    "issues": "List what was sent to subscribers; pause, resume, recall or retry it; send a test.",
    "jobs": "Count the promised work; list, retry or drop what failed for good.",
    "migrate": "Make the store or bring it up to date, and stop.",
    "serve": "Start the server.",
    "subscribers": "Import, export, show, erase or suppress subscribers; read bounces.",
    "token": "Make, list and revoke the tokens of programs.",
    "users": "List, invite and retire those who can sign in; change roles; give sign-in links.",
    "webhooks": "List, add, change and remove webhooks; see what they were sent; send it again.",
    "work": "Start a worker, which does promised work until it is stopped.",
}


class Commands(click.Group):
    """Loads a command when it is asked for: most need not half of what a server does."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Name all commands."""
        return sorted(COMMANDS)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, WORDS[name]) for name in self.list_commands(context)])

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Load a command."""
        if name not in COMMANDS:
            return None
        module, variable = COMMANDS[name]
        command: click.Command = getattr(_loaded(f"gql_server.{module}"), variable)
        return command


@cache
def _loaded(module: str) -> ModuleType:
    """Load a module, once; a Ctrl-C while it is still loading ends it in silence."""
    # All that is loaded stays: to look through it, now or later, would take a fifth of the time.
    gc.disable()
    try:
        return import_module(module)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gql-server")
def main() -> None:
    """A GraphQL content backend for a publication: posts, comments, newsletter.

    Settings are environment variables, such as GQL_SERVER_DATABASE_URL, GQL_SERVER_PORT and
    GQL_SERVER_SITE_URL. Give every command the same ones. Without any, the store is the file
    data/blog.sqlite3 in this folder.
    """
