"""Files in a bucket that speaks S3, which any number of machines reach."""

from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from models.engines.transactions import Unavailable
from models.errors import NotFound

PIECE = 256 * 1024
PATIENCE: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
OPTIONS = frozenset({"region", "tls"})
T = TypeVar("T")


class Bucket:
    """Files in a bucket, below a path of it if one is given."""

    def __init__(self, bucket: S3Store, place: str) -> None:
        self._bucket = bucket
        self.place = place

    async def keep(self, name: str, content: bytes) -> None:
        """Keep a file."""
        try:
            await self._asked(self._bucket.put_async(name, content))
        except NotFound:
            raise Unavailable(f"{self.place} is not there") from None

    async def size(self, name: str) -> int | None:
        """Tell how many bytes a file has."""
        try:
            return (await self._asked(self._bucket.head_async(name)))["size"]
        except NotFound:
            return None

    async def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Give some of a file, in pieces."""
        if start >= stop:
            return
        found = await self._asked(self._bucket.get_async(name, options={"range": (start, stop)}))
        pieces = aiter(found.stream(min_chunk_size=PIECE))
        while (piece := await self._asked(anext(pieces, None))) is not None:
            yield bytes(piece)

    async def check(self) -> None:
        """Write something and take it away again."""
        name = f"check-{token_hex(8)}"
        await self.keep(name, b"fine")
        await self._asked(self._bucket.delete_async(name))

    async def _asked(self, asking: Awaitable[T]) -> T:
        try:
            return await asking
        except FileNotFoundError:
            raise NotFound from None
        except (BaseError, OSError) as error:
            # Not what it says: that has the address, and whatever the other side wrote.
            raise Unavailable(f"{self.place} does not answer: {type(error).__name__}") from None


def files_at(url: str) -> Bucket:
    """Give the files in the bucket that a url names; raise ValueError when it names none."""
    parts = urlsplit(url)
    options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
    if not (parts.hostname and bucket) or parts.fragment or not options.keys() <= OPTIONS:
        raise ValueError(url)
    tls = options.get("tls", ["on"])[0]
    if tls not in {"on", "off"}:
        raise ValueError(url)
    _ = parts.port  # which raises ValueError when it is no number
    host = parts.netloc.rpartition("@")[2]
    store = S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=f"{'https' if tls == 'on' else 'http'}://{host}",
        region=options.get("region", ["us-east-1"])[0],
        virtual_hosted_style_request=False,
        client_options={"allow_http": tls == "off", "timeout": "30s", "connect_timeout": "5s"},
        retry_config=PATIENCE,
        **_credentials(parts),
    )
    return Bucket(store, f"s3://{host}/{bucket}{prefix and f'/{prefix}'}")


def _credentials(parts: SplitResult) -> dict[str, Any]:
    """Give key and secret; without them the machine's own are found (AWS_… variables, a role)."""
    if parts.username is None:
        return {}
    if not parts.password:
        raise ValueError("a key without its secret")
    return {"access_key_id": unquote(parts.username), "secret_access_key": unquote(parts.password)}
