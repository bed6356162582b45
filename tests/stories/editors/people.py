"""People with an app: how the stories of those who write send what they do, and look at what there is."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient
from graphql import get_named_type

from schema.graph import schema

OF_MISTAKES = {
    "ConflictError": "currentVersion", "ForbiddenError": "requiredRole", "ValidationError": "limit",
    "NotFoundError": "missingId",
}  # fmt: skip
POST = """{ id slug title status version publishedAt scheduledFor contentHtml contentText excerpt path
  commentsOpen viewerCanEdit contentSource { format text } seo { title description }
  authors { name } tags { label slug } image { altText } archiveMonth { month } }"""
PAYLOADS = {
    "createPost": f"post {POST}", "updatePost": f"post {POST}", "publishPost": f"post {POST}",
    "schedulePost": f"post {POST}", "unpublishPost": f"post {POST}", "archivePost": f"post {POST}",
    "restoreRevision": f"post {POST}", "deletePost": "deletedPostId",
    "createPreviewLink": "url token expiresAt",
    "createPage": "page { id path title status version parent { id } contentHtml contentSource { text } }",
    "deletePage": "deletedId", "deleteTag": "deletedId", "deleteAuthor": "deletedId",
    "deleteNewsletter": "deletedId",
    "updateMenu": "menu { slug items { label url items { label url target { label } } } }",
    "updateTag": "tag { id label slug path postCount }",
    "createAuthor": "author { id name slug path bioHtml avatar { altText } }",
    "createNewsletter": "newsletter { id slug title description }",
    "updateImage": "image { id altText caption url }",
    "updateSite": "site { title description language timeZone logo { altText } }",
}  # fmt: skip
PAYLOADS |= {f"{verb}Page": PAYLOADS["createPage"] for verb in ("update", "publish", "unpublish")}
PAYLOADS["updateNewsletter"] = PAYLOADS["createNewsletter"]
PAYLOADS |= {"mergeTags": PAYLOADS["updateTag"], "updateAuthor": PAYLOADS["createAuthor"]}
INPUTS = {f"{verb}Page": f"{verb.title()}PageInput" for verb in ("publish", "unpublish", "delete")}


@dataclass
class Person:
    """Somebody with an app, who asks with a token; a reader has none."""

    client: TestClient
    token: str = ""
    author: str = ""

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        reply = await self.client.post("/graphql", json=body, headers=headers)
        said = await reply.read()
        assert reply.status == 200, said
        return json.loads(said)

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def tries(self, mutation: str, **given: Any) -> dict[str, Any]:
        """Send a mutation; give its payload."""
        kind = INPUTS.get(mutation, f"{mutation[0].upper()}{mutation[1:]}Input")
        errors = f"errors {{ __typename ... on UserError {{ code message path }} {_more(mutation)} }}"
        said = f"{PAYLOADS[mutation]} {errors}"
        query = f"mutation($input: {kind}!) {{ said: {mutation}(input: $input) {{ {said} }} }}"
        return (await self.ask(query, input=given))["said"]

    async def does(self, mutation: str, **given: Any) -> Any:
        """Send a mutation that nothing is wrong with; give what it is about."""
        payload = await self.tries(mutation, **given)
        assert payload.pop("errors") == []
        return payload if len(payload) > 1 else next(iter(payload.values()))

    async def errs(self, mutation: str, **given: Any) -> dict[str, Any]:
        """Send a mutation that is refused; give the one mistake."""
        payload = await self.tries(mutation, **given)
        [error] = payload.pop("errors")
        assert set(payload.values()) == {None}
        return error

    async def sees(self, id: str) -> dict[str, Any] | None:
        """Look at a post in every way there is to name one; all have to agree."""
        shown = POST.replace("contentSource { format text }", "")
        query = f"""query($id: ID!) {{ post(by: {{id: $id}}) {{ ...P }} node(id: $id) {{ ...P }}
            nodes(ids: [$id]) {{ ...P }} }} fragment P on Post {shown}"""
        seen = await self.ask(query, id=id)
        assert seen["post"] == seen["node"] == seen["nodes"][0]
        return seen["post"]


def _more(mutation: str) -> str:
    payload = get_named_type(schema._schema.mutation_type.fields[mutation].type)
    kinds = get_named_type(payload.fields["errors"].type).types
    return " ".join(f"... on {kind.name} {{ {OF_MISTAKES[kind.name]} }}" for kind in kinds)
