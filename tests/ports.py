"""Ports of the servers that tests start."""

import asyncio


async def is_open(port: int) -> bool:
    """Tell whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.transport.abort()
    return True
