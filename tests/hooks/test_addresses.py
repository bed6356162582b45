"""Nobody has the server call into its own network: not by a literal, a name, or a name that moves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

import models
from gql_server.handlers import handlers_with
from gql_server.outgoing import look_up
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from models import CallState, HookEvent
from models.web_addresses import WebAddress, may_be_called

HOSTILE = json.loads(Path(__file__).with_name("ssrf_urls.json").read_text("utf-8"))
PUBLIC = "93.184.216.34"
NOT_PUBLIC = [
    "192.0.0.8", "192.0.0.192", "192.88.99.1", "3fff::1",
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1",
    "169.254.169.254", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:0:5db8:d822::80ff:fffe",
    "fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
]  # fmt: skip
OF_THE_WORLD = [
    PUBLIC,
    "2606:2800:220:1::1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::1",
]
GOOD = [
    "https://hooks.example/posts", "http://hooks.example", "https://hooks.example:8443/a?b=c&d=%20",
    "https://xn--bcher-kva.example/", f"http://{PUBLIC}/", "https://[2606:2800:220:1::1]/x",
    "HTTPS://Hooks.Example./", "https://hooks.example?x=1",
]  # fmt: skip
STRANGE = [
    "", " ", "hooks.example", "https://", "https:///x", "https://hooks.example/#x",
    "https://hooks.example/ x", "https://hooks.example/é", "https://hooks..example/",
    "https://-x.example/", f"https://{'a' * 64}.example/", f"https://{'a.' * 127}example/",
    f"https://hooks.example/{'x' * 2000}", "https://u@hooks.example/", "https://hooks.example/a\nb",
    "https://intranet/", "https://hooks.example/\x00", "https://\ud800.example/",
    "https://hooks.example\\@127.0.0.1/", "https://1.2.3/", "https://0x7f.1/", "https://999.1.1.1/",
]  # fmt: skip


@pytest.fixture
def dialect():
    """What may be called does not depend on the store."""
    return "sqlite"


@pytest.mark.parametrize("machine", NOT_PUBLIC)
def test_what_is_not_of_the_whole_world_is_not_called(machine):
    assert not may_be_called(machine)


@pytest.mark.parametrize("machine", OF_THE_WORLD)
def test_what_is_of_the_whole_world_may_be_called(machine):
    assert may_be_called(machine)
    assert may_be_called(machine, near=True)


def test_on_a_private_server_this_machine_may_be_called_and_no_other():
    assert may_be_called("127.0.0.1", near=True)
    assert may_be_called("::1", near=True)
    assert not may_be_called("192.168.0.1", near=True)
    assert WebAddress.of("http://localhost:9000/x", near=True).port == 9000
    assert WebAddress.of("http://app.localhost/", near=True).host == "app.localhost"
    assert WebAddress.of("http://[::1]:80/", near=True).host == "::1"


@pytest.mark.parametrize("url", GOOD)
def test_an_address_of_the_public_internet_is_taken(url):
    assert WebAddress.of(url).url == url


@pytest.mark.parametrize("url", STRANGE)
async def test_what_is_no_address_is_refused(store, url):
    with pytest.raises(models.Invalid) as refusal:
        await models.Webhook.add(url, [HookEvent.POST_PUBLISHED], by=models.NOBODY)
    assert refusal.value.field == "url"


@pytest.mark.parametrize("url", HOSTILE)
async def test_no_address_of_the_corpus_is_called(site, publication, receiver, url):
    """Whoever owns a name has it lead to this machine; what is not refused at once is refused then."""

    async def lead_home(_host, _port):
        return ["127.0.0.1"]

    try:
        webhook, _ = await models.Webhook.add(url, [HookEvent.POST_PUBLISHED], by=models.NOBODY)
    except models.Invalid:
        return
    await webhook.ping(by=models.NOBODY)
    await Worker(handlers_with(Caller(publication, near=False, resolve=lead_home)), {}).drain()
    call = await models.WebhookCall.get()
    assert (call.state, call.last_status) == (CallState.WAITING, None)
    assert "public internet" in call.last_reason


async def test_one_machine_at_home_among_those_of_the_world_is_enough_to_refuse(site, publication):
    async def lead_to_both(_host, _port):
        return [PUBLIC, "10.0.0.1"]

    assert "public internet" in await reason_of(publication, lead_to_both)


async def test_a_name_that_is_not_known_is_told_so(site, publication):
    async def lead_nowhere(_host, _port):
        raise OSError

    assert await reason_of(publication, lead_nowhere) == "its name is not known"


async def test_a_name_that_leads_elsewhere_later_is_called_where_it_was_looked_at(
    site, publication, receiver, worker
):
    """The name is looked up once, and what was looked at is called, by a name that nobody else knows."""
    asked = []

    async def move(host, port):
        asked.append(host)
        return ["127.0.0.1" if len(asked) == 1 else "127.0.0.2"]

    url = receiver.url.replace("127.0.0.1", "hooks.example")
    webhook, _ = await models.Webhook.add(url, [HookEvent.POST_PUBLISHED], by=models.NOBODY)
    await webhook.ping(by=models.NOBODY)
    await Worker(handlers_with(Caller(publication, near=True, resolve=move)), {}).drain()
    [message] = receiver.messages
    assert message.headers["host"].startswith("hooks.example:")
    assert asked == ["hooks.example"]


async def test_a_name_is_looked_at_anew_at_each_try(site, publication, receiver, time_passes):
    leads = [[], ["127.0.0.1"]]

    async def move(_host, _port):
        return leads.pop(0)

    url = receiver.url.replace("127.0.0.1", "hooks.example")
    webhook, _ = await models.Webhook.add(url, [HookEvent.POST_PUBLISHED], by=models.NOBODY)
    await webhook.ping(by=models.NOBODY)
    worker = Worker(handlers_with(Caller(publication, near=False, resolve=move)), {})
    for reason in ("not known", "public internet"):
        await models.Webhook.filter(id=webhook.id).update(rests_until=None)
        await worker.drain()
        assert reason in (await models.WebhookCall.get()).last_reason
        await time_passes(timedelta(minutes=2))
    assert not receiver.messages


async def test_the_system_is_asked_for_a_name():
    assert set(await look_up("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert await look_up("127.1", 80) == ["127.0.0.1"]


async def reason_of(publication, resolve):
    webhook, _ = await models.Webhook.add(
        "https://hooks.example/", [HookEvent.POST_PUBLISHED], by=models.NOBODY
    )
    await webhook.ping(by=models.NOBODY)
    await Worker(handlers_with(Caller(publication, near=False, resolve=resolve)), {}).drain()
    return (await models.WebhookCall.get()).last_reason
