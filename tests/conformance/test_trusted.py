"""A server that trusts the documents of a front end executes those by their ids, and no others."""

import pytest
from aiohttp import ClientSession
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError

VARIABLES = {
    "Feed": {"first": 3},
    "OnePost": {"by": {"slug": "de-klink-blijft-los"}},
    "AddComment": {"input": {"postId": "nobody", "content": "Hallo", "authorName": "Noor"}},
    "Subscribe": {"input": {"email": "noor@example.org"}},
}


@pytest.fixture(scope="session")
def trusting(serve, front_end):
    return serve(DOCUMENTS=str(front_end / "gql" / "persisted-documents.json"), TRUSTED_ONLY="on")


async def test_every_document_of_the_manifest_is_executed_by_its_id(trusting, manifest, ask):
    answered = set()
    for id, text in manifest.items():
        name = next((name for name in VARIABLES if f" {name}(" in text), None)
        if name is not None:
            answer = await ask(trusting, {"documentId": id, "variables": VARIABLES[name]})
            assert "errors" not in answer, answer
            answered.add(name)
    assert answered == set(VARIABLES)


async def test_a_document_of_the_manifest_may_come_as_text(trusting, manifest, ask):
    feed = next(text for text in manifest.values() if "query Feed" in text)
    answer = await ask(trusting, {"query": feed, "variables": VARIABLES["Feed"]})
    assert len(answer["data"]["posts"]["edges"]) == 3


async def test_no_other_document_is_taken(trusting):
    async with Client(transport=AIOHTTPTransport(url=f"{trusting.url}/graphql")) as session:
        with pytest.raises(TransportQueryError) as thrown:
            await session.execute(GraphQLRequest(gql("{ site { title } }")))
    assert thrown.value.errors[0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


@pytest.fixture
def ask():
    async def ask(server, body):
        async with ClientSession() as session, session.post(f"{server.url}/graphql", json=body) as reply:
            return await reply.json()

    return ask
