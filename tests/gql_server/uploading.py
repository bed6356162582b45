"""Uploading as a client does: a multipart request with a token."""

import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import FormData

import models

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
    form.add_field("0", content, filename=name, content_type=media)
    return form


@asynccontextmanager
async def desk_at(serve: Any, url: str, folder: Path, *, role: models.Role = models.Role.AUTHOR):
    """Serve a store, and lend a desk of somebody in it."""
    async with serve(url, media_url=(folder / "media").as_uri()) as client:
        site = await models.Site.current()
        user = await models.User.welcome(site, "ann@example.org", "Ann", role)
        _, token = await models.Key.grant(models.KeyKind.API, user)
        yield Desk(client, folder / "media", token)
