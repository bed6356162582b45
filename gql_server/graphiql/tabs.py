"""The tabs GraphiQL opens with: one operation each, which runs as it stands, where the graph has it."""

from textwrap import indent

from graphql import GraphQLSchema, OperationType
from strawberry import Schema

import models
from gql_server.graphiql.words import Words
from gql_server.start.queries import to_try
from schema.ids import global_id

SIGN_UP = """\
mutation SignUp {
  subscribe(input: {email: "ann@example.org"}) {
    confirmationSentTo
    errors {
      __typename
      ... on UserError { code message path }
    }
  }
}"""
ANSWER = """\
mutation Answer {
  addComment(input: {
    postId: "%s"
    authorName: "Ann"
    authorEmail: "ann@example.org"
    content: "Hallo!"
  }) {
    comment { status contentText }
    errors {
      __typename
      ... on UserError { code message path }
    }
  }
}"""
LETTERS = """\
subscription Letters {
  mailSent {
    subject
    to
    sentAt
    links
  }
}"""
COMMENTS = """\
subscription NewComments {
  commentAdded {
    post { title }
    commentEdge {
      node {
        author { name }
        contentText
      }
    }
  }
}"""
# The field that a tab asks, its operation, and the word of the words that goes before it.
MORE = (
    ("subscribe", OperationType.MUTATION, SIGN_UP, ""),
    ("mailSent", OperationType.SUBSCRIPTION, LETTERS, "letters"),
    ("commentAdded", OperationType.SUBSCRIPTION, COMMENTS, "comments"),
)


def tabs_for(graph: Schema, post: models.Post | None, words: Words) -> list[str]:
    """Write the tabs: the queries of the start page, and then what this graph has of the others."""
    more = [
        f"{indent(words[hint], '# ')}\n{text}" if hint else text
        for field, kind, text, hint in MORE
        if _has(graph._schema, kind, field)
    ]
    answers = [ANSWER % global_id("Post", post.id)] if post is not None and post.comments_open else []
    return [query.text for query in to_try(post.slug if post else None)] + answers + more


def _has(schema: GraphQLSchema, kind: OperationType, field: str) -> bool:
    root = schema.get_root_type(kind)
    return root is not None and field in root.fields
