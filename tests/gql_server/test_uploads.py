"""Who writes uploads pictures through the graph, and everybody sees them once something shows them."""

import json
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData

import models
from gql_server.app import WORKER
from models.pictures import MOST_BYTES
from tests.gql_server.uploading import PREFLIGHT, UPLOAD, desk_at, form_of
from tests.nouns.drawings import (
    BOMBS,
    NO_PICTURES,
    OF_MANY_PIECES,
    corners,
    photographed,
    quarters,
    read,
    written,
)

NODE = "query($id: ID!) { node(id: $id) { ... on Image { url(width: 320) } } }"
SHOWN = "{ site { logo { url(width: 320) thumbhash } } }"


@pytest.fixture
async def desk(database_url, tmp_path):
    async with desk_at(database_url, tmp_path) as lent:
        yield lent


async def test_a_picture_is_uploaded_and_fetched(desk):
    told = await desk.upload(photographed(), altText="Een ui", clientMutationId="one")
    assert told["errors"] == []
    assert told["clientMutationId"] == "one"
    assert told["query"]["site"]["title"]
    image = told["image"]
    assert image["url"].startswith("https://blog.example/media/")
    assert (image["width"], image["height"], image["mediaType"], image["altText"]) == (
        400, 300, "image/jpeg", "Een ui",
    )  # fmt: skip
    for address, width in ((image["url"], 400), (image["small"], 320)):
        answer = await desk.client.get(urlsplit(address).path)
        picture = read(await answer.read())
        assert picture.width == width
        assert corners(picture) == ["red", "green", "blue", "white"]


async def test_to_repeat_an_upload_gives_the_same_picture(desk):
    first = await desk.upload(photographed(), altText="Een ui", clientMutationId="one")
    assert await desk.upload(photographed(), altText="Een ui", clientMutationId="one") == first


async def test_readers_see_it_when_something_shows_it(desk):
    image = (await desk.upload(photographed(), altText="Een ui"))["image"]

    async def reads(query, **variables):
        answer = await desk.client.post("/graphql", json={"query": query, "variables": variables})
        return (await answer.json())["data"]

    assert await reads(NODE, id=image["id"]) == {"node": None}
    await models.Site.all().update(logo_id=(await models.Image.get()).id)
    assert await reads(NODE, id=image["id"]) == {"node": {"url": image["small"]}}
    assert await reads(SHOWN) == {"site": {"logo": {"url": image["small"], "thumbhash": image["thumbhash"]}}}


async def test_a_picture_within_a_text_has_its_widths_too(desk):
    image = (await desk.upload(photographed()))["image"]
    path, site = urlsplit(image["url"]).path, await models.Site.current()
    post = await models.Post.draft(
        site, "Uien", f'<p>Kijk.</p><p><img src="{path}" alt="ui"></p>', authors=[]
    )
    await post.publish()
    asked = "{ posts(first: 1) { nodes { blocks { ... on ImageBlock { image { url(width: 100) } } } } } }"
    answer = await (await desk.client.post("/graphql", json={"query": asked})).json()
    [_, block] = answer["data"]["posts"]["nodes"][0]["blocks"]
    assert block == {"image": {"url": image["small"]}}


async def test_what_is_no_picture_is_told_as_data_in_the_language_asked_for(desk):
    answer = await desk.send(
        form_of(b"<svg onload=alert(1)>", "x.svg", media="image/svg+xml", clientMutationId="one"),
        desk.headers(**{"Accept-Language": "nl"}),
    )
    told = (await answer.json())["data"]["uploadImage"]
    assert told["image"] is None
    assert told["clientMutationId"] == "one"
    [error] = told["errors"]
    assert (error["__typename"], error["code"], error["path"]) == (
        "ValidationError",
        "INVALID",
        ["input", "file"],
    )
    assert error["message"].startswith("Dit is geen plaatje")


@pytest.mark.parametrize("names", [("../../../etc/passwd", "image/png"), ("photo.jpg", "image/jpeg")])
async def test_whatever_is_no_picture_is_told_so_whatever_it_says_that_it_is(desk, names):
    name, media = names
    for made in (NO_PICTURES | BOMBS | OF_MANY_PIECES).values():
        told = await desk.upload(made(), name, media=media)
        assert told["image"] is None
        [error] = told["errors"]
        assert (error["__typename"], error["path"]) == ("ValidationError", ["input", "file"])
    assert not desk.folder.exists()


async def test_words_that_are_too_long_are_told_as_data(desk):
    [error] = (await desk.upload(photographed(), altText="a" * 1001))["errors"]
    assert (error["path"], error["limit"]) == (["input", "altText"], 1000)


async def test_neither_name_nor_type_of_a_file_matters(desk):
    for name, media in (
        ("../../../etc/passwd", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("x.php", "application/x-php"),
        ("a" * 3000, "image/png"),
    ):
        image = (await desk.upload(photographed(), name, media=media))["image"]
        assert image["mediaType"] == "image/jpeg"
    assert {path.name.partition("-")[2] for path in desk.folder.iterdir()} == {
        "400.jpg",
        "400.webp",
        "320.webp",
    }


async def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(desk):
    content = written(quarters(), "JPEG")
    assert (await desk.upload(content.ljust(MOST_BYTES, b"\0")))["image"]["width"] == 400
    answer = await desk.send(form_of(content.ljust(MOST_BYTES + 1, b"\0")))
    assert answer.status == 413
    [error] = (await answer.json())["errors"]
    assert str(MOST_BYTES) in error["message"]


async def test_several_pictures_come_in_one_request(desk):
    query = """mutation($a: Upload!, $b: Upload!) {
      a: uploadImage(input: {file: $a}) { image { width } errors { __typename } }
      b: uploadImage(input: {file: $b}) { image { width } errors { __typename } }
    }"""
    form = FormData()
    form.add_field("operations", json.dumps({"query": query, "variables": {"a": None, "b": None}}))
    form.add_field("map", json.dumps({"0": ["variables.a"], "1": ["variables.b"]}))
    form.add_field("0", photographed(), filename="a")
    form.add_field("1", b"anything", filename="b")
    answer = await (await desk.send(form)).json()
    assert answer["data"]["a"]["image"] == {"width": 400}
    assert answer["data"]["b"] == {"image": None, "errors": [{"__typename": "ValidationError"}]}


async def test_nobody_uploads_without_signing_in(desk):
    answer = await desk.send(form_of(photographed()), PREFLIGHT)
    assert answer.status == 401
    assert (await answer.json())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert not desk.folder.exists()


async def test_a_token_that_is_not_for_writing_is_refused_before_anything_is_read(desk, write):
    user = await models.User.active().get()
    principal = await models.Key.principal(desk.token)
    _, reads = await models.Key.grant(models.KeyKind.API, user, scopes=[models.Scope.CONTENT_READ])
    _, previews = await models.Key.grant_preview(principal, await write())
    for desk.token in (reads, previews):
        answer = await desk.send(form_of(photographed()))
        assert answer.status == 403
        assert (await answer.json())["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert not desk.folder.exists()


async def test_a_token_that_opens_nothing_is_refused_before_anything_is_read(desk):
    desk.token = "api_1_nothing"
    assert (await desk.send(form_of(photographed()))).status == 401


@pytest.mark.parametrize(
    "file", ["photo.jpg", "data:image/png;base64,AAAA", 7, {}, {"path": "/etc/passwd"}, None]
)
async def test_json_brings_no_file(desk, file):
    asked = {"query": UPLOAD, "variables": {"input": {"file": file}}}
    answer = await desk.client.post("/graphql", json=asked, headers=desk.headers())
    told = await answer.json()
    assert "data" not in told or told["data"] is None
    assert told["errors"]
    assert not desk.folder.exists()


async def test_a_file_is_not_written_in_a_document(desk):
    asked = {"query": 'mutation { uploadImage(input: {file: "x"}) { image { id } } }'}
    told = await (await desk.client.post("/graphql", json=asked, headers=desk.headers())).json()
    assert "multipart request" in told["errors"][0]["message"]


async def test_the_worker_draws_what_takes_long(desk):
    image = (await desk.upload(photographed()))["image"]
    await desk.client.server.app[WORKER].drain()
    answer = await desk.client.get(urlsplit(image["small"]).path, headers={"Accept": "image/avif"})
    assert answer.headers["Content-Type"] == "image/avif"


async def test_a_place_that_cannot_be_written_is_told_as_away(desk):
    desk.folder.write_text("not a folder")
    answer = await desk.send(form_of(photographed()))
    assert answer.status == 503
    told = await answer.json()
    assert told["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert str(desk.folder) not in json.dumps(told)
