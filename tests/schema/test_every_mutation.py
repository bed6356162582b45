"""No mutation of those who sign in does anything for who may not, whatever they come with."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)  # fmt: skip

import models
from models.bylines import Byline
from models.fan_outs import Issue
from models.menus import MenuItem
from models.pens import Pen
from models.webhooks import Webhook
from schema.graph import schema
from schema.permissions import EVERYBODY, who_may
from schema.scalars import Upload

CORE = schema._schema
assert CORE.mutation_type is not None
EVERY_MUTATION = CORE.mutation_type.fields
MUTATIONS = {name: field for name, field in EVERY_MUTATION.items() if who_may("Mutation", name) != EVERYBODY}
TABLES = (
    models.Post, models.Page, models.Tag, models.Author, models.Comment, models.Site, models.Menu, MenuItem,
    models.User, models.Key, models.Image, Pen, Issue, Webhook, Byline, models.Audit, models.Delivery,
)  # fmt: skip
SAID = {
    "String": "x", "ID": "UG9zdDox", "Int": 1, "Boolean": True, "HTML": "<p>x</p>", "URL": "https://x.example/",
    "EmailAddress": "x@example.org", "DateTime": "2040-01-01T00:00:00Z", "LanguageTag": "nl",
    "Upload": Upload(Path("x"), "x"),
}  # fmt: skip


def said(kind: Any, deep: int = 0) -> Any:
    """Say the least that a type of input takes; lists below lists have nothing in them."""
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        return [said(kind.of_type, deep + 1)] if deep < 2 else []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            name, field = next(iter(kind.fields.items()))
            return {name: said(field.type, deep + 1)}
        needed = {name: field for name, field in kind.fields.items() if is_non_null_type(field.type)}
        return {name: said(field.type, deep + 1) for name, field in needed.items()}
    return SAID[kind.name]


def question(name: str) -> tuple[str, dict[str, Any]]:
    field = EVERY_MUTATION[name]
    [argument] = field.args.values()
    query = (
        f"mutation ($input: {argument.type}) {{ {name}(input: $input) "
        "{ __typename errors { __typename ... on UserError { code } } } }"
    )
    return query, {"input": said(argument.type)}


@pytest.fixture
async def kept(site):
    """Give all rows that a mutation could change."""
    post = await models.Post.draft(site, "Een bericht", "<p>Tekst.</p>", authors=[])
    await post.publish()

    async def kept() -> list[Any]:
        return [await table.all().order_by("id").values() for table in TABLES]

    return kept


def principals(scope: models.Scope) -> dict[str, models.Principal]:
    """Give those who may not do something of a kind, by what they come with."""
    others = frozenset(models.Scope) - {scope}
    roles = {
        role: models.OF_ROLE[role] - {scope} for role in models.Role
    }  # a key may hold less than its owner's role
    return {
        "nobody": models.NOBODY,
        "a preview": models.Principal(key_id=1, post_id=1),
        "a preview of a page": models.Principal(key_id=1, page_id=1),
        "a key without the scope": models.Principal(1, models.Role.ADMIN, 1, others, 1),
        "a key without any": models.Principal(1, models.Role.ADMIN, 1, frozenset(), 1),
        **{f"a key of an {role}": models.Principal(1, role, 1, scopes, 1) for role, scopes in roles.items()},
    }


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_nothing_is_done_for_who_may_not(answer, kept, name):
    scope, before = who_may("Mutation", name), await kept()
    assert isinstance(scope, models.Scope), f"{name} is not for everybody, and for whom is it?"
    query, variables = question(name)
    for who, principal in principals(scope).items():
        told = await answer(query, principal=principal, **variables)
        assert told.errors is None, (who, told.errors)
        [payload] = told.data.values()
        assert payload["errors"] == [{"__typename": "ForbiddenError", "code": "FORBIDDEN"}], who
    assert await kept() == before
