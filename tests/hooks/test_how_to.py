"""The page that tells how to verify a message verifies real ones, and no others."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import time_machine

import models

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "webhooks.md").read_text("utf-8")
ASK = """
import {{ verify }} from {module};
const told = JSON.parse(process.argv[2]);
console.log(JSON.stringify(told.map(([secret, headers, body]) => verify(secret, headers, body))));
"""


def code(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


@pytest.fixture
def dialect():
    """A signature does not depend on the store."""
    return "sqlite"


@pytest.fixture
async def cases(receiver, add, worker):
    """Give messages with what the page is to say of them: real ones, and what somebody made of them."""
    webhook = await add()
    await webhook.ping(by=models.NOBODY)
    await worker.drain()
    before, fresh = webhook.secret, await webhook.rotate(by=models.NOBODY)
    await webhook.ping(by=models.NOBODY)
    await worker.drain()
    first, second = [(message.headers, message.body.decode()) for message in receiver.messages]
    headers, body = first
    return [
        (before, *first, True),
        (before, *second, True),
        (fresh, *second, True),
        (fresh, *first, False),
        (before, headers, body.replace("ping", "pong"), False),
        (before, headers | {"webhook-id": "msg_other"}, body, False),
        (before, headers | {"webhook-timestamp": "1790000000"}, body, False),
        (before, headers | {"webhook-signature": "v1,x v1a,y"}, body, False),
    ]


def test_the_python_of_the_page_tells_real_messages_from_others(cases):
    room: dict = {}
    exec(code("python"), room)
    for secret, headers, body, is_ours in cases:
        assert room["verify"](secret, headers, body.encode()) is is_ours
    secret, headers, body, _ = cases[0]
    with time_machine.travel(int(headers["webhook-timestamp"]) + 3600):
        assert not room["verify"](secret, headers, body.encode())


def test_the_javascript_of_the_page_does_too(cases, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node to run it with")
    module = tmp_path / "verify.mjs"
    module.write_text(code("js"))
    (tmp_path / "ask.mjs").write_text(ASK.format(module=json.dumps(module.as_uri())))
    told = json.dumps([case[:3] for case in cases])
    answer = subprocess.run(
        [node, tmp_path / "ask.mjs", told], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(answer.stdout) == [is_ours for *_, is_ours in cases]
