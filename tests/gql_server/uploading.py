"""Uploading as a client does: a multipart request with a token."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings
from tests.gql_server.conftest import SITE_URL

UPLOAD = """
mutation Upload($input: UploadImageInput!) {
  uploadImage(input: $input) {
    clientMutationId
    errors { __typename ... on UserError { code message path } ... on ValidationError { limit } }
    image { id url small: url(width: 320) altText mediaType width height thumbhash }
    query { site { title } }
  }
}
"""
PREFLIGHT = {"GraphQL-Preflight": "1"}


class Desk:
    """Somebody with a token of a role, who uploads."""

    def __init__(self, client: Any, folder: Path, token: str) -> None:
        self.client = client
        self.folder = folder
        self.token = token

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **PREFLIGHT, **more}

    async def send(self, form: Any, headers: dict[str, str] | None = None) -> Any:
        """Send a form; give the response."""
        return await self.client.post(
            "/graphql", data=form, headers=self.headers() if headers is None else headers
        )

    async def upload(self, content: bytes, name: str = "photo.jpg", **more: Any) -> Any:
        """Upload a picture; give what uploadImage answers."""
        answer = await (await self.send(form_of(content, name, **more))).json()
        assert "errors" not in answer, answer
        return answer["data"]["uploadImage"]


def form_of(
    content: bytes, name: str = "photo.jpg", *, media: str = "image/jpeg", query: str = UPLOAD, **input: Any
) -> FormData:
    """Write a request that uploads a picture."""
    form = FormData()
    form.add_field(
        "operations", json.dumps({"query": query, "variables": {"input": {"file": None, **input}}})
    )
    form.add_field("map", json.dumps({"0": ["variables.input.file"]}))
    form.add_field("0", io.BytesIO(content), filename=name, content_type=media)
    return form


@asynccontextmanager
async def desk_at(url: str, folder: Path, *, media_url: str = "") -> AsyncIterator[Desk]:
    """Serve a store, and lend a desk of somebody in it; pictures are below `folder` or at `media_url`."""
    media_url = media_url or (folder / "media").as_uri()
    settings = Settings(database_url=url, site_url=SITE_URL, media_url=media_url)
    async with TestClient(TestServer(build(settings))) as client:
        site = await models.found()
        user = await models.User.welcome(site, "ann@example.org", "Ann", models.Role.AUTHOR)
        _, token = await models.Key.grant(models.KeyKind.API, user)
        yield Desk(client, folder / "media", token)
