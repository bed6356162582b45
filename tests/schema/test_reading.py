"""The input of a mutation is read as Strawberry itself would read it."""

from dataclasses import asdict

import pytest
from graphql import GraphQLInputObjectType, coerce_input_value
from strawberry.types.arguments import convert_argument

from schema.graph import schema

READ = {
    "AddCommentInput": [
        {"postId": "x", "content": "y"},
        {"postId": "x", "content": "y", "parentId": None, "authorName": "Ann", "clientMutationId": ""},
    ],
    "SubscribeInput": [
        {"email": "ann@example.org"},
        {"email": "a", "frequency": "WEEKLY", "language": None, "name": "", "topics": None},
        {"email": "a", "topics": [{"tagSlug": "a"}, {"newsletterSlug": "b"}]},
    ],
    "ConfirmSubscriptionInput": [{"proof": {"token": "x"}}, {"proof": {"code": {"code": "1", "email": "a"}}}],
    "UpdatePreferencesInput": [{"token": "x", "pausedUntil": "2021-03-01T09:00:00Z", "topics": []}],
    "PostFilter": [{}, {"ids": ["a"], "published": {"from": "2021-03-01T09:00:00Z"}, "month": "2021-03"}],
    "PostOrder": [{"direction": "ASC", "field": "TITLE"}],
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_quickly_is_what_would_be_read(name, monkeypatch):
    kind = schema._schema.type_map[name]
    assert isinstance(kind, GraphQLInputObjectType)
    for given in READ[name]:
        value = coerce_input_value(given, kind)
        quickly = _read(kind, value)
        with monkeypatch.context() as patched:
            for other in schema._schema.type_map.values():
                if isinstance(other, GraphQLInputObjectType):
                    patched.setattr(other.extensions["strawberry-definition"], "from_input", None)
            slowly = _read(kind, value)
        assert type(quickly) is type(slowly)
        assert asdict(quickly) == asdict(slowly)


def _read(kind, value):
    origin = kind.extensions["strawberry-definition"].origin
    return convert_argument(value, origin, schema.schema_converter.scalar_registry, schema.config)
