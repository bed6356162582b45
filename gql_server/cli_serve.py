"""The command that serves the graph."""

import click

from gql_server.commands import FORESEEN, Number, in_one_line
from gql_server.logs import set_up_logs
from gql_server.server import serve_until_stopped
from gql_server.settings import read_settings


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=Number(0, 65535), help="Port to listen on.  [default: 8000]")
@click.option("--site-url", help="Root URL that readers see, such as https://blog.example.")
@click.option("--reuse-port", is_flag=True, help="Let other processes serve on the same port (PostgreSQL).")
@click.option("--demonstration", is_flag=True, help="Fill an empty store with a demonstration blog.")
def serve(
    host: str | None, port: int | None, site_url: str | None, reuse_port: bool, demonstration: bool
) -> None:
    """Start the server.

    The first start makes the store. Later ones bring it up to date. Other commands do not know these options:
    set GQL_SERVER_HOST, GQL_SERVER_PORT and GQL_SERVER_SITE_URL instead, and the links they print are right.
    """
    try:
        settings = read_settings(host=host, port=port, site_url=site_url)
        set_up_logs()
        serve_until_stopped(settings, demonstration=demonstration, reuse_port=reuse_port)
    except FORESEEN as error:
        raise click.ClickException(in_one_line(error)) from None
