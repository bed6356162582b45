"""Every field of the graph has a row that says who may ask for it; what has none is nobody's."""

import pytest
from graphql import GraphQLObjectType, is_introspection_type

import models
from schema.graph import development_schema
from schema.permissions import EVERYBODY, KNOWN, TABLE, who_may

FIELDS = {
    (kind.name, field)
    for kind in development_schema._schema.type_map.values()
    if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind)
    for field in kind.fields
}
ROWS = [
    (kind, field)
    for kind, rows in TABLE.items()
    for fields in rows.values()
    for field in fields.split()
]  # fmt: skip
ME = "{ viewer { id name email role author { name } } }"
USERS = "{ users { email } accessTokens { label } }"
INVITE = """mutation ($input: InviteUserInput!) { inviteUser(input: $input) {
    user { email role } clientMutationId errors { __typename ... on UserError { code path }
    ... on ForbiddenError { requiredRole } } } }"""
WRITE = """mutation ($input: CreatePostInput!) { createPost(input: $input) {
    errors { ... on ForbiddenError { requiredRole requiredScope } } } }"""
TOKEN = """mutation ($input: CreateTokenInput!) { createToken(input: $input) {
    token accessToken { id label scopes user { email } }
    errors { __typename ... on UserError { path } } } }"""
REVOKE = """mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) {
    accessToken { revokedAt } errors { __typename } } }"""
BOB = {"email": "bob@example.org", "name": "Bob", "clientMutationId": "1"}


def test_every_field_has_one_row_and_every_row_a_field():
    assert sorted(FIELDS) == sorted(ROWS)


def test_what_has_no_row_is_nobodys():
    assert who_may("Post", "secret") is None
    assert {who_may(*one) for one in FIELDS} <= {EVERYBODY, KNOWN, *models.Scope}


async def test_a_visitor_is_nobody_and_may_not_ask_who_is(answer, site):
    assert (await answer(ME)).data == {"viewer": None}
    told = await answer(USERS)
    assert {error.extensions["code"] for error in told.errors} == {"UNAUTHENTICATED"}


@pytest.mark.parametrize("role", models.Role)
async def test_who_is_signed_in_sees_themselves(answer, staff, role):
    user, _, principal = await staff(role, "Ed")
    [viewer] = (await answer(ME, principal=principal)).data.values()
    del viewer["id"]
    expected = {"email": user.email, "name": "Ed", "role": role.name, "author": {"name": "Ed"}}
    assert viewer == expected


@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_only_admins_manage_users_and_tokens(answer, staff, role):
    _, _, principal = await staff(role)
    told = await answer(USERS, principal=principal)
    assert {error.extensions["code"] for error in told.errors} == {"FORBIDDEN"}
    [said] = (await answer(INVITE, principal=principal, input=BOB)).data.values()
    assert said["user"] is None
    assert said["clientMutationId"] == "1"
    assert said["errors"] == [
        {"__typename": "ForbiddenError", "code": "FORBIDDEN", "path": None, "requiredRole": "ADMIN"}
    ]
    assert not await models.User.exists(email=BOB["email"])


async def test_a_program_is_told_what_scope_it_lacks(answer, staff):
    _, _, program = await staff(models.Role.EDITOR, scopes=[models.Scope.CONTENT_READ])
    told = await answer(
        "{ comments(filter: {statuses: [PENDING]}) { nodes { heldBecause { rule } } } }", principal=program
    )
    [error] = told.errors
    assert error.extensions == {
        "code": "FORBIDDEN", "requiredRole": "EDITOR", "requiredScope": "COMMENTS_MODERATE",
    }  # fmt: skip
    [said] = (await answer(WRITE, principal=program, input={"title": "x"})).data.values()
    assert said["errors"] == [{"requiredRole": "AUTHOR", "requiredScope": "CONTENT_WRITE"}]
    assert not await models.Post.exists()


async def test_no_id_leads_a_reader_to_a_user_or_a_token(answer, staff):
    _, _, boss = await staff(models.Role.ADMIN)
    _, _, ed = await staff(models.Role.EDITOR)
    rows = "{ users { id } accessTokens { id } }"
    data = (await answer(rows, principal=boss)).data
    ids = [row["id"] for part in data.values() for row in part]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    seen = {
        name: [node and node["id"] for node in (await answer(query, principal=who, ids=ids)).data["nodes"]]
        for name, who in {"reader": models.NOBODY, "ed": ed, "boss": boss}.items()
    }
    assert seen["reader"] == [None] * len(ids)
    assert len([id for id in seen["ed"] if id]) == 1  # themselves
    assert seen["boss"] == ids


async def test_an_admin_invites_somebody_and_gives_a_program_a_token(answer, staff):
    _, _, boss = await staff(models.Role.ADMIN)
    [said] = (await answer(INVITE, principal=boss, input=BOB | {"role": "EDITOR"})).data.values()
    assert said["user"] == {"email": BOB["email"], "role": "EDITOR"}
    assert said["errors"] == []
    wanted = {"label": "the site", "scopes": ["CONTENT_READ"], "days": 30}
    [made] = (await answer(TOKEN, principal=boss, input=wanted)).data.values()
    principal = await models.Key.principal(made["token"])
    assert principal.scopes == {models.Scope.CONTENT_READ}
    [gone] = (
        await answer(REVOKE, principal=boss, input={"id": made["accessToken"]["id"]})
    ).data.values()  # fmt: skip
    assert gone["accessToken"]["revokedAt"]
    assert gone["errors"] == []
    with pytest.raises(models.Unproven):
        await models.Key.principal(made["token"])
    deeds = await models.Audit.all().order_by("id").values_list("deed", flat=True)
    assert deeds == ["user.invite", "token.create", "token.revoke"]


async def test_a_token_makes_no_token_that_may_more(answer, staff):
    _, _, some = await staff(models.Role.ADMIN, scopes=[models.Scope.TOKENS_MANAGE])
    [made] = (
        await answer(TOKEN, principal=some, input={"label": "x", "scopes": ["CONTENT_WRITE"]})
    ).data.values()
    assert made["token"] is None
    assert made["errors"][0]["path"] == ["input", "scopes"]
    [kept] = (await answer(TOKEN, principal=some, input={"label": "x"})).data.values()
    assert kept["accessToken"]["scopes"] == ["TOKENS_MANAGE"]


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        (INVITE, {"email": "no address", "name": "Bob"}),
        (INVITE, {"email": "bob@example.org", "name": " "}),
        (INVITE, {"email": "bob@example.org", "name": "b" * 201}),
        (TOKEN, {"label": "x", "days": 0}),
        (TOKEN, {"label": "x", "days": 2_000_000_000}),
        (TOKEN, {"label": "l" * 101}),
        (REVOKE, {"id": "nonsense"}),
    ],
)
async def test_bad_input_is_told_as_data(answer, staff, mutation, input):
    _, _, boss = await staff(models.Role.ADMIN)
    answered = await answer(mutation, principal=boss, input=input)
    assert answered.errors is None, answered.errors
    [said] = answered.data.values()
    assert [error["__typename"] for error in said["errors"]] in (["ValidationError"], ["NotFoundError"])
