"""Pages of our own site and of those that a setting names may ask from a browser; pages of others may not."""

import pytest

from gql_server.settings import SettingsError, read_settings

TITLE = {"query": "{ site { title } }"}
APP = "https://app.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://blog.example"}, 200),
        ({"Origin": APP}, 200),
        ({"Origin": "http://127.0.0.1:5173"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://app.example.evil.example"}, 403),
        ({"Origin": "http://app.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": APP}, 200),
    ],
    ids=str,
)
async def test_a_page_of_another_site_is_refused(serve, database_url, headers, status):
    async with serve(database_url, cors_origins=f"{APP}, capacitor://localhost") as client:
        for answering in (
            client.post("/graphql", json=TITLE, headers=headers),
            client.get("/graphql", params=TITLE, headers=headers),
        ):
            async with answering as answer:
                told = await answer.json()
                assert answer.status == status
                if status == 403:
                    assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
                    assert "CORS_ORIGINS" in told["errors"][0]["message"]
                    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_page_of_our_own_host_may_ask_whatever_the_scheme(serve, database_url):
    async with serve(database_url) as client:
        own = f"https://127.0.0.1:{client.port}"
        async with client.post("/graphql", json=TITLE, headers={"Origin": own}) as answer:
            assert answer.status == 200
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_named_site_is_told_that_it_may_read_the_answer(serve, database_url):
    async with serve(database_url, cors_origins=APP) as client:
        for body in ('{"query": "{ site { title } }"}', "{", '{"query": "{ colour }"}'):
            sent = {"Origin": APP, "Content-Type": "application/json"}
            async with client.post("/graphql", data=body, headers=sent) as answer:
                assert answer.headers["Access-Control-Allow-Origin"] == APP
                assert "Origin" in answer.headers["Vary"]
                assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After, X-Request-ID"


async def test_a_browser_is_told_before_it_asks_what_it_may_send(serve, database_url):
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-trace",
    }
    async with serve(database_url, cors_origins=APP) as client:
        async with client.options("/graphql", headers={"Origin": APP, **asked}) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == APP
            assert "POST" in answer.headers["Access-Control-Allow-Methods"]
            assert answer.headers["Access-Control-Allow-Headers"] == "content-type, x-trace"
            assert int(answer.headers["Access-Control-Max-Age"]) > 0
        async with client.options("/graphql", headers={"Origin": "https://evil.example", **asked}) as answer:
            assert answer.status == 204
            assert not [name for name in answer.headers if name.startswith("Access-Control")]


async def test_any_site_may_ask_when_the_setting_says_so(serve, database_url):
    other = {"Origin": "https://other.example"}
    async with (
        serve(database_url, cors_origins="*") as client,
        client.post("/graphql", json=TITLE, headers=other) as answer,
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://other.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_front_end_that_is_being_developed_may_ask_from_its_own_port(serve, database_url):
    async with serve(database_url, site_url="") as client:
        for origin, status in (("http://localhost:5173", 200), ("https://evil.example", 403)):
            async with client.post("/graphql", json=TITLE, headers={"Origin": origin}) as answer:
                assert answer.status == status


@pytest.mark.parametrize(
    "origins",
    ["app.example", "https://app.example/path", "https://", "https://a@b", "https://a b", "**"],
)
def test_what_is_no_origin_is_explained(origins):
    with pytest.raises(SettingsError, match=r"GQL_SERVER_CORS_ORIGINS: .* is no origin; write one such as"):
        read_settings({"GQL_SERVER_CORS_ORIGINS": origins})


def test_an_origin_may_be_written_with_a_slash():
    assert read_settings({"GQL_SERVER_CORS_ORIGINS": " https://a.example/ , null"}).origins == [
        "https://a.example",
        "null",
    ]


def test_trusted_documents_alone_need_manifests():
    with pytest.raises(SettingsError, match="TRUSTED_ONLY needs GQL_SERVER_DOCUMENTS"):
        read_settings({"GQL_SERVER_TRUSTED_ONLY": "on"})
