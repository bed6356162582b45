"""Documents are asked for by their hash or by an id of a manifest, and a server may take no others."""

import asyncio
import hashlib
import json

import pytest
from graphql import GraphQLError

import models
from gql_server.manifests import read_manifests
from gql_server.persisted import MOST_TEXT, PERSISTED, Missing, Persisted
from gql_server.questions import Unreadable, question_of
from gql_server.settings import SettingsError
from schema.documents import Documents

TITLE = "{ site { title } }"
APOLLO = '{"format": "apollo-persisted-query-manifest", "operations": %s}'
NOTHING_YET = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def automatic(key: str, query: str | None = None, **more: object) -> dict[str, object]:
    """Ask for a document by its hash, as Apollo's clients do."""
    asked = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": key}}, **more}
    return asked | ({"query": query} if query else {})


def by_id(**asked: object) -> object:
    return question_of(asked)


@pytest.mark.asyncio(loop_scope="session")
class TestAtTheDoor:
    async def test_a_document_is_registered_once_and_asked_for_by_its_hash(self, doors):
        query = "query Registered { site { title } }"
        missing = await doors.post(json.dumps(automatic(digest(query))))
        assert (missing.status, missing.media, missing.errors) == (200, "application/json", [NOTHING_YET])
        assert missing.headers["Cache-Control"] == "no-store"
        told = await doors.post(json.dumps(automatic(digest(query), query)))
        assert told.json["data"] == {"site": {"title": "Achterom"}}
        for _ in range(2):
            assert (await doors.post(json.dumps(automatic(digest(query))))).json == told.json

    async def test_a_cdn_may_keep_what_is_asked_for_by_hash(self, doors):
        query = "query Shared($first: Int) { posts(first: $first) { nodes { id } } }"
        await doors.post(json.dumps(automatic(digest(query), query)))
        extensions = json.dumps(automatic(digest(query))["extensions"])
        got = await doors.get(extensions=extensions, variables='{"first": 1}')
        assert len(got.json["data"]["posts"]["nodes"]) == 1
        assert got.headers["Cache-Control"].startswith("public, max-age=")
        private = await doors.get(query='{ newsletterSubscription(token: "x") { name } }')
        wrong = await doors.get(query="{ posts(first: -1) { totalCount } }")
        assert {private.headers["Cache-Control"], wrong.headers["Cache-Control"]} == {"no-store"}

    async def test_another_hash_is_refused_and_keeps_nothing(self, doors):
        key = digest("{ something else }")
        (await doors.post(json.dumps(automatic(key, TITLE)))).assert_refused(400)
        assert (await doors.post(json.dumps(automatic(key)))).errors == [NOTHING_YET]

    @pytest.mark.parametrize("wrong", ["{ site {", "{ colour }"])
    async def test_a_document_that_is_wrong_is_not_kept(self, doors, wrong):
        (await doors.post(json.dumps(automatic(digest(wrong), wrong)))).assert_refused(200)
        assert (await doors.post(json.dumps(automatic(digest(wrong))))).errors == [NOTHING_YET]

    async def test_a_mutation_is_not_run_by_its_hash_over_get(self, doors):
        query = 'mutation Left { unsubscribe(input: {token: "x"}) { errors { __typename } } }'
        await doors.post(json.dumps(automatic(digest(query), query)))
        extensions = json.dumps(automatic(digest(query))["extensions"])
        (await doors.get(extensions=extensions)).assert_refused(405)

    @pytest.mark.parametrize(
        "persisted",
        [
            [],
            "x",
            7,
            {},
            {"version": 2, "sha256Hash": "0" * 64},
            {"version": "1", "sha256Hash": "0" * 64},
            {"version": 1},
            {"version": 1, "sha256Hash": "0" * 63},
            {"version": 1, "sha256Hash": "g" * 64},
            {"version": 1, "sha256Hash": 7},
            {"version": 1, "sha256Hash": None},
        ],
        ids=str,
    )
    async def test_what_is_no_hash_is_a_bad_request(self, doors, persisted):
        asked = {"query": TITLE, "extensions": {"persistedQuery": persisted}}
        (await doors.post(json.dumps(asked))).assert_refused(400)

    async def test_an_unknown_id_is_told_in_either_media_type(self, doors):
        asked = json.dumps({"documentId": f"sha256:{'0' * 64}"})
        lenient = await doors.post(asked)
        strict = await doors.post(asked, {"Accept": "application/graphql-response+json"})
        lenient.assert_refused(200)
        strict.assert_refused(400)
        assert lenient.codes == {"PERSISTED_QUERY_NOT_FOUND"}
        assert lenient.json == strict.json

    @pytest.mark.parametrize("id", [5, [], {}, "", "x" * 201, "a\0", True])
    async def test_what_is_no_id_is_a_bad_request(self, doors, id):
        (await doors.post(json.dumps({"documentId": id}))).assert_refused(400)


def trusting(manifest: dict[str, str], *, only: bool = False) -> Persisted:
    return Persisted(Documents(), manifest, trusted_only=only)


async def test_a_document_of_a_manifest_is_asked_for_by_its_id():
    persisted = trusting({"abc": TITLE, digest(TITLE): TITLE})
    for id in ("abc", digest(TITLE), f"sha256:{digest(TITLE)}"):
        assert (await persisted.document(by_id(documentId=id))).errors == ()
    assert (await persisted.document(question_of(automatic(digest(TITLE))))).errors == ()


async def test_a_server_that_takes_trusted_documents_alone_takes_no_others():
    persisted = trusting({"abc": TITLE}, only=True)
    assert (await persisted.document(by_id(documentId="abc"))).errors == ()
    assert (await persisted.document(by_id(query=TITLE))).errors == ()
    for asked in ({"query": "{ site { url } }"}, automatic(digest("{ a: __typename }"), "{ a: __typename }")):
        with pytest.raises(GraphQLError, match="Only documents of the server's manifest") as refused:
            await persisted.document(question_of(asked))
        assert refused.value.extensions == {"code": "DOCUMENT_NOT_TRUSTED"}
    with pytest.raises(Missing):
        await persisted.document(question_of(automatic("0" * 64)))
    with pytest.raises(GraphQLError, match="No document has this id; add the document to") as unknown:
        await persisted.document(by_id(documentId="other"))
    assert "query" not in unknown.value.message


async def test_what_clients_register_is_known_to_the_other_processes_of_the_store(site):
    one, other = trusting({}), trusting({})
    await one.document(question_of(automatic(digest(TITLE), TITLE)))
    await one.close()
    assert (await other.document(question_of(automatic(digest(TITLE))))).errors == ()
    assert (await other.document(by_id(documentId=f"sha256:{digest(TITLE)}"))).errors == ()
    assert await models.PersistedDocument.all().count() == 1


async def test_the_store_keeps_so_many_documents_and_lets_the_oldest_go(site, monkeypatch):
    monkeypatch.setattr("models.persisted_documents.MOST", 10)
    for number in range(5):
        texts = [f"{{ a{number}{place}: __typename }}" for place in range(4)]
        await models.PersistedDocument.keep({digest(text): text for text in texts})
    kept = await models.PersistedDocument.all()
    assert len(kept) in (8, 10, 12)
    assert all("a4" in row.source or "a3" in row.source or "a2" in row.source for row in kept)


async def test_memory_keeps_so_much_text_and_lets_the_oldest_go(site):
    persisted = trusting({})
    texts = [f"{{ a{number}: __typename }} #{'x' * 50_000}" for number in range(MOST_TEXT // 50_000 + 5)]
    for text in texts:
        await persisted.document(question_of(automatic(digest(text), text)))
    assert persisted._kept_text <= MOST_TEXT
    assert digest(texts[0]) not in persisted._kept
    # Too long for the store, and so asked for anew.
    with pytest.raises(Missing):
        await persisted.document(question_of(automatic(digest(texts[0]))))
    await persisted.close()
    assert await models.PersistedDocument.all().count() == 0


async def test_documents_that_come_again_are_written_down_once(site, statements):
    persisted = trusting({})
    with statements() as said:
        for _ in range(20):
            await persisted.document(question_of(automatic(digest(TITLE), TITLE)))
        await persisted.close()
    assert sum("INSERT" in statement for statement in said) == 1


async def test_two_processes_that_register_the_same_do_not_wait_for_each_other(site):
    batch = {digest(str(number)): str(number) for number in range(50)}
    await asyncio.gather(*(models.PersistedDocument.keep(batch) for _ in range(5)))
    assert await models.PersistedDocument.all().count() == 50


def test_the_manifests_of_all_three_builders_are_read(tmp_path):
    codegen, relay, apollo = (tmp_path / f"{name}.json" for name in ("codegen", "relay", "apollo"))
    codegen.write_text(json.dumps({f"sha256:{digest(TITLE)}": TITLE}))
    relay.write_text(json.dumps({"5d41402abc4b2a76b9719d911017c592": "query A { __typename }"}))
    operations = [{"id": "b1", "name": "B", "type": "query", "body": "query B { __typename }"}]
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    apollo.write_text(json.dumps(manifest))
    assert read_manifests(f"{codegen}, {relay},{apollo}") == {
        digest(TITLE): TITLE,
        "5d41402abc4b2a76b9719d911017c592": "query A { __typename }",
        "b1": "query B { __typename }",
    }


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", "is no valid JSON"),
        ("[]", "needs a JSON object of ids and documents"),
        ('{"a": 7}', "the entry 'a' is none"),
        ('{"a": " "}', "the entry 'a' is none"),
        ('{"": "{ a }"}', "the entry '' is none"),
        ('{"format": "apollo-persisted-query-manifest", "operations": 7}', "the entry 'None' is none"),
        (
            '{"format": "apollo-persisted-query-manifest", "operations": [{"id": "a"}]}',
            "the entry 'a' is none",
        ),
        ('{"format": "apollo-persisted-query-manifest", "operations": ["a"]}', "the entry 'None' is none"),
    ],
)
def test_what_is_no_manifest_is_explained(tmp_path, written, said):
    path = tmp_path / "manifest.json"
    path.write_text(written)
    with pytest.raises(SettingsError, match=said) as refused:
        read_manifests(str(path))
    assert str(refused.value).startswith(f"GQL_SERVER_DOCUMENTS: {path} ")


def test_a_manifest_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_manifests(str(tmp_path / "none.json"))


def test_two_manifests_may_not_give_one_id_to_two_documents(tmp_path):
    (tmp_path / "a.json").write_text('{"a": "{ b }"}')
    (tmp_path / "b.json").write_text('{"a": "{ c }"}')
    with pytest.raises(SettingsError, match="another document for 'a'"):
        read_manifests(f"{tmp_path / 'a.json'},{tmp_path / 'b.json'}")


def test_a_request_needs_a_document_or_its_id():
    for asked in ({}, {"query": None}, {"query": "  "}, {"documentId": None}):
        with pytest.raises(Unreadable, match="or `documentId`"):
            question_of(asked)


async def test_a_server_starts_with_manifests_and_serves_them(database_url, tmp_path, serve):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({f"sha256:{digest(TITLE)}": TITLE}))
    async with serve(database_url, documents=str(path), trusted_only="on") as client:
        async with client.post("/graphql", json={"documentId": f"sha256:{digest(TITLE)}"}) as answer:
            assert (await answer.json())["data"]["site"]["title"]
        async with client.post("/graphql", json={"query": "{ site { url } }"}) as answer:
            assert (await answer.json())["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert client.app[PERSISTED]._trusted_only
