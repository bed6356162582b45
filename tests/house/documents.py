"""The GraphQL that stands in the documents and the examples: between fences, and in the code of clients."""

import re
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    KnownDirectivesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    parse,
    specified_rules,
    validate,
)

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
# gql`…`, graphql(`…`), /* GraphQL */ `…` and gql("…") of Python.
KINDS = "query|mutation|subscription|fragment"
CODE = re.compile(
    rf"""(?:gql|graphql|/\* GraphQL \*/)\s*\(?(`|\"{{3}}|")(\s*(?:{KINDS})\s.*?)\1""", re.DOTALL
)
# Relay has directives and arguments of fragments that it takes out before it asks; its compiler holds those.
OF_RELAY = (KnownDirectivesRule, NoUndefinedVariablesRule)


def texts() -> list[Path]:
    """Give every file that is there to be read or copied."""
    kinds = {".md", ".html", ".js", ".py", ".mjs"}
    folder = ROOT / "examples"
    places = (folder.glob("/".join("*" * depth)) for depth in (1, 2, 3))  # what is linked to as well
    examples = (path for paths in places for path in paths if path.suffix in kinds)
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(examples)]


def documents(path: Path) -> list[str]:
    """Give the GraphQL documents of a file, in their order."""
    text = path.read_text("utf-8")
    return FENCE.findall(text) + [document for _, document in CODE.findall(text)]


def mistakes(schema: GraphQLSchema, sources: list[str]) -> list[GraphQLError]:
    """Validate what one file says together: a document may use a fragment of another."""
    nodes = [parse(source) for source in sources]
    whole = DocumentNode(definitions=tuple(one for node in nodes for one in node.definitions))
    is_of_relay = any("@argumentDefinitions" in source for source in sources)
    left_out = (NoUnusedFragmentsRule, *(OF_RELAY if is_of_relay else ()))
    return validate(schema, whole, [rule for rule in specified_rules if rule not in left_out])
