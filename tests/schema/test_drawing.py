"""The questions that are drawn ask for everything, and a wrong answer to one is found and shown small."""

import re

import orjson
import pytest
import time_machine
from graphql import (
    GraphQLError,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_input_object_type,
    is_object_type,
    parse,
    visit,
)
from hypothesis import Phase, given, settings

import models
from schema.graph import schema
from schema.permissions import EVERYBODY, who_may
from tests.schema.differing import Executor, difference, try_each
from tests.schema.drawing import Question, questions
from tests.schema.garden import LATER
from tests.schema.lore import gather
from tests.schema.overgrown import overgrow

CORE = schema._schema
# Fields of what only a token shows, or nobody: too seldom drawn to be counted on.
SELDOM = re.compile(r"^(NewsletterSubscription|OutboxLetter|CommentForm|User)\.")
FIELD = re.compile(r"(\w+)\.(\w+)")


@pytest.fixture
async def garden(store):
    """Plant a garden and learn all about it."""
    rows = await overgrow(await models.found())
    with time_machine.travel(LATER, tick=False):
        executor = Executor()
        yield executor, await gather(CORE, rows, executor.ask)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_every_field_and_every_argument_is_asked_for(garden):
    seen, lore = _Seen(), garden[1]

    @settings(max_examples=1100, derandomize=True, database=None, phases=[Phase.generate])
    @given(questions(CORE, lore))
    def look(question: Question) -> None:
        info = TypeInfo(CORE)
        seen.info = info
        visit(parse(question.source), TypeInfoVisitor(info, seen))

    look()
    assert {name for name in _fields_to_read() if not _is_seldom(name)} - seen.names == set()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lie", ["turned", "changed", "left"])
async def test_a_wrong_answer_is_found_and_shown_small(garden, lie):
    executor, lore = garden

    async def complaint(question: Question) -> str | None:
        operation = executor.operation(question)
        if isinstance(operation, GraphQLError):
            return None
        interpreted = await executor.interpret(operation, question)
        body = None if interpreted.errors else LIES[lie](interpreted.body)
        return difference(operation, question, interpreted, body)

    with pytest.raises(AssertionError) as found:
        await try_each(questions(CORE, lore), complaint, examples=300, at_random=False)
    source = str(found.value).partition("variables:")[0]
    assert len(re.findall(r"\w+", source)) <= 15, source


async def test_an_erring_answer_is_never_a_plans(garden):
    executor, _ = garden
    question = Question("{ posts { nodes { excerpt(length: 0) } } }", {}, None)
    operation = executor.operation(question)
    interpreted = await executor.interpret(operation, question)
    assert [error["extensions"]["code"] for error in interpreted.errors] == ["BAD_USER_INPUT"]
    assert difference(operation, question, interpreted, None) is None
    assert difference(operation, question, interpreted, interpreted.body) is not None


def _turned(body: bytes) -> bytes:
    """Write the same answer in another order."""

    def turned(value):
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    return orjson.dumps(turned(orjson.loads(body)))


LIES = {
    "turned": _turned,
    "changed": lambda body: body.replace(b"Anna", b"Hanna").replace(b"2021-0", b"2022-0"),
    "left": lambda _: None,
}


class _Seen(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names = set()

    def enter_field(self, node, *_):
        parent = self.info.get_parent_type()
        self.names.add(f"{parent.name}.{node.name.value}")

    def enter_argument(self, node, *_):
        parent, field = self.info.get_parent_type(), self.info.get_field_def()
        if self.info.get_directive() is None:
            names = [name for name, known in getattr(parent, "fields", {}).items() if known is field]
            self.names |= {f"{parent.name}.{name}({node.name.value})" for name in names}

    def enter_object_field(self, node, *_):
        self.names.add(f"{{{node.name.value}}}")


def _is_seldom(name: str) -> bool:
    field = FIELD.match(name)
    is_open = field is None or who_may(*field.groups()) in (None, EVERYBODY)
    return bool(SELDOM.match(name)) or not is_open or name == "{since}"


def _fields_to_read() -> set[str]:
    """Name every field that a query may come to, with its arguments and the fields of those."""
    found, waiting = set[str](), [CORE.query_type]
    seen = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        if is_abstract_type(kind):
            waiting += CORE.get_possible_types(kind)
        elif is_input_object_type(kind):
            found |= {f"{{{name}}}" for name in kind.fields}
            waiting += [get_named_type(part.type) for part in kind.fields.values()]
        elif is_object_type(kind):
            for name, field in kind.fields.items():
                if who_may(kind.name, name) != EVERYBODY:
                    continue
                found |= {f"{kind.name}.{name}", *(f"{kind.name}.{name}({key})" for key in field.args)}
                waiting += [get_named_type(part.type) for part in (field, *field.args.values())]
    return found
