"""Who asks is told by the connection and by proxies that are trusted; nobody asks for letters too often."""

import random
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

import models
from gql_server.app import build
from gql_server.networks import network_of, truncated
from gql_server.questions import Unreadable
from gql_server.rate_limits import MOST_NETWORKS, CommentGate, RateLimit, SignUpGate
from gql_server.settings import Settings
from gql_server.visitors import VISITORS, languages_of
from schema.context import Visitor

PROXIES = "10.0.0.0/8, 2001:db8:1::/48"
# Who is connected, what the request says of others, and who asks.
CHAINS = {
    "nobody speaks": ("203.0.113.7", [], "203.0.113.7"),
    "a stranger speaks": ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
    "a proxy speaks": ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
    "a proxy says what the visitor made up": ("10.0.0.1", ["1.2.3.4, 203.0.113.7"], "203.0.113.7"),
    "two proxies": ("10.0.0.1", ["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
    "the visitor calls itself a proxy": ("10.0.0.1", ["1.2.3.4, 10.9.9.9, 203.0.113.7"], "203.0.113.7"),
    "several headers": ("10.0.0.1", ["1.2.3.4", "203.0.113.7", "10.0.0.2"], "203.0.113.7"),
    "a proxy says nothing": ("10.0.0.1", [], "10.0.0.1"),
    "a proxy says an empty word": ("10.0.0.1", [""], "10.0.0.1"),
    "a proxy says junk": ("10.0.0.1", ["203.0.113.7, unknown"], "10.0.0.1"),
    "a proxy tells the port": ("10.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
    "a proxy tells the port of IPv6": ("10.0.0.1", ["[2001:db8:ffff::7]:4711"], "2001:db8:ffff::7"),
    "a proxy puts IPv6 in brackets": ("10.0.0.1", ["[2001:db8:ffff::7]"], "2001:db8:ffff::7"),
    "only proxies": ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    "IPv6": ("2001:db8:1::1", ["2001:DB8:ffff:0::7"], "2001:db8:ffff::7"),
    "IPv6 from elsewhere": ("2001:db8:2::1", ["2001:db8:ffff::7"], "2001:db8:2::1"),
    "IPv4 in IPv6's clothes": ("::ffff:10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
    "a zone of anything": ("10.0.0.1", ["fe80::1%" + "<script>" * 50], "fe80::1"),
    "no connection that has an address": (None, ["203.0.113.7"], None),
    "a socket file": ("", ["203.0.113.7"], None),
    "a thousand hops": ("10.0.0.1", ["203.0.113.7", *["10.0.0.2, 10.0.0.3"] * 500], "203.0.113.7"),
}
KEPT = {
    "203.0.113.7": ("203.0.113.0/24", "203.0.113.7"),
    "2001:db8:1:2:3:4:5:6": ("2001:db8:1::/48", "2001:db8:1:2:3:4:5:6"),
    "::ffff:203.0.113.7": ("203.0.113.0/24", "203.0.113.7"),
    "fe80::1%eth0": ("fe80::/48", "fe80::1"),
    "127.0.0.1": ("127.0.0.0/24", "127.0.0.1"),
    "": (None, None),
}


class Hands:
    """A clock that goes on when told."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def visitor(peer: str | None, *forwarded: str, **more: Any) -> Visitor:
    """Come through a door of a server with these settings, as a request with these headers."""
    headers = CIMultiDict(more.pop("headers", {}))
    for value in forwarded:
        headers.add("X-Forwarded-For", value)
    request = make_mocked_request("POST", "/graphql", headers=headers).clone(remote=peer)
    settings = Settings(trusted_proxies=PROXIES, **{"consent_ip": "full"} | more)
    return build(settings)[VISITORS].of(request, "graph")


def passed(gate: RateLimit, key: str, tries: int) -> int:
    """Try to pass; tell how often it was let."""
    let = 0
    for _ in range(tries):
        try:
            gate.pass_one(key)
        except models.TooMany:
            continue
        let += 1
    return let


@pytest.mark.parametrize(("peer", "forwarded", "who"), CHAINS.values(), ids=CHAINS)
def test_only_a_trusted_proxy_is_believed(peer, forwarded, who):
    assert visitor(peer, *forwarded).trace.network == who


@pytest.mark.parametrize("told", ["unknown", "", "203.0.113.77, ", "127.0.0.1"])
def test_who_came_through_a_proxy_is_counted_though_it_tells_nothing(told):
    request = make_mocked_request("POST", "/graphql", headers={"X-Forwarded-For": told}).clone(
        remote="127.0.0.1"
    )
    visitors = build(Settings(trusted_proxies="127.0.0.0/8", rate_limit=2))[VISITORS]
    for _ in range(2):
        visitors.admit(request)
    with pytest.raises(Unreadable) as refused:
        visitors.admit(request)
    assert refused.value.status == 429
    bare = make_mocked_request("POST", "/graphql").clone(remote="127.0.0.1")
    for _ in range(10):
        visitors.admit(bare)


def test_without_a_trusted_proxy_nobody_is_believed():
    for peer in ("10.0.0.1", "127.0.0.1", "::1"):
        request = make_mocked_request("POST", "/", headers={"X-Forwarded-For": "203.0.113.7"})
        trace = build(Settings(consent_ip="full"))[VISITORS].of(request.clone(remote=peer), "graph").trace
        assert trace.network == peer


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Real-IP", "Client-IP", "True-Client-IP", "CF-Connecting-IP"]
)
def test_no_other_header_says_who_asks(header):
    assert visitor("10.0.0.1", headers={header: "203.0.113.7"}).trace.network == "10.0.0.1"


@pytest.mark.parametrize(("address", "kept"), KEPT.items(), ids=KEPT)
def test_of_an_address_is_kept_what_the_settings_say(address, kept):
    part, whole = kept
    assert truncated(address) == part
    assert visitor(address, consent_ip="truncated").trace.network == part
    assert visitor(address, consent_ip="full").trace.network == whole
    assert visitor(address, consent_ip="none").trace.network is None
    assert max(len(part or ""), len(whole or "")) <= 64


def test_the_form_is_where_the_request_came_from():
    for headers, form in (
        ({"Referer": "https://blog.example/a", "Origin": "https://blog.example"}, "https://blog.example/a"),
        ({"Origin": "https://blog.example"}, "https://blog.example"),
        ({}, None),
    ):
        trace = visitor("203.0.113.7", headers=headers).trace
        assert (trace.door, trace.form) == ("graph", form)


@pytest.mark.parametrize(
    ("accepted", "languages"),
    [
        ("", ()),
        ("nl", ("nl",)),
        ("en;q=0.5, nl-BE, de;q=0.9", ("nl-be", "de", "en")),
        ("nl ; q=0.1 , en; q=0.2;x=y", ("en", "nl")),
        ("nl;q=0, en;q=-1, de;q=nan, fr;q=x", ()),
        (",,;;,q=1", ("q=1",)),
        ("a," * 100_000, ("a",)),
        (",".join(f"a{number}" for number in range(100)), tuple(f"a{number}" for number in range(20))),
        ("x" * 100_000, ("x" * 1000,)),
        ("é\ud800", ("é\ud800",)),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_languages_come_in_the_order_of_their_weight(accepted, languages):
    assert languages_of(accepted) == languages


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("127.9.9.9", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        (None, None),
        ("junk", None),
        ("203.0.113.7\n", None),
        ("203.0.113.007", None),
        ("1" * 10**6, None),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_household_is_one_network_and_this_machine_is_none(address, network):
    assert network_of(address) == network


def test_twenty_pass_at_once_and_one_more_each_two_minutes():
    clock = Hands(1000.0)
    gate = RateLimit(20, 120.0, clock=clock)
    assert passed(gate, "a", 25) == 20
    with pytest.raises(models.TooMany) as refused:
        gate.pass_one("a")
    assert refused.value.wait == timedelta(seconds=120)
    clock.at += 119.9
    assert passed(gate, "a", 1) == 0
    clock.at += 0.1
    assert passed(gate, "a", 5) == 1
    clock.at += 240
    assert passed(gate, "a", 5) == 2
    clock.at += 10**9
    assert passed(gate, "a", 50) == 20
    assert passed(gate, "b", 50) == 20


def test_at_whatever_moment_exactly_so_many_pass():
    moments = random.Random(7)
    for at_once, every in ((20, 120.0), (20, 0.1), (3, 1 / 3), (1, 120.0)):
        for _ in range(200):
            gate = RateLimit(at_once, every, clock=Hands(moments.uniform(0, 10**9)))
            assert passed(gate, "a", at_once + 3) == at_once


def test_whoever_waits_as_long_as_told_passes():
    clock = Hands(random.Random(7).uniform(0, 10**7))
    gate = RateLimit(20, 120.0, clock=clock)
    for _ in range(200):
        try:
            gate.pass_one("a")
        except models.TooMany as refused:
            clock.at += refused.wait.total_seconds()
            gate.pass_one("a")


def test_to_try_in_vain_does_not_make_the_wait_longer():
    clock = Hands()
    gate = RateLimit(1, 60.0, clock=clock)
    assert passed(gate, "a", 1000) == 1
    clock.at = 60.0
    assert passed(gate, "a", 1) == 1


def test_so_many_networks_are_remembered_and_no_more():
    gate = RateLimit(1, 60.0, clock=Hands())
    for number in range(MOST_NETWORKS + 5000):
        gate.pass_one(f"network {number}")
    assert len(gate._paid_until) == MOST_NETWORKS
    # Who came last is known still, also when it came in vain.
    assert passed(gate, f"network {MOST_NETWORKS + 4999}", 1) == 0


def test_a_household_with_many_addresses_is_let_through_as_one():
    gate = SignUpGate(clock=Hands())
    for number in range(20):
        gate.admit(f"2001:db8:1:2::{number:x}", "graph")
    with pytest.raises(models.TooMany):
        gate.admit("2001:db8:1:2:ffff::1", "form")
    gate.admit("2001:db8:1:3::1", "graph")


def test_this_machine_is_not_counted_as_a_network_but_at_the_door():
    gate = SignUpGate(clock=Hands())
    for number in range(10_000):
        gate.admit("127.0.0.1" if number % 2 else None, "graph")
    with pytest.raises(models.TooMany):
        gate.admit("::1", "graph")
    gate.admit("::1", "form")


def test_whoever_asks_too_often_is_told_how_long_to_wait():
    request = make_mocked_request("POST", "/graphql").clone(remote="203.0.113.7")
    visitors = build(Settings())[VISITORS]
    for _ in range(20):
        visitors.of(request, "graph").admit()
    with pytest.raises(models.TooMany) as refused:
        visitors.of(request, "form").admit()
    assert timedelta(0) < refused.value.wait <= timedelta(minutes=2)
    visitors.of(request.clone(remote="203.0.113.8"), "graph").admit()


def test_comments_are_counted_apart_from_sign_ups():
    request = make_mocked_request("POST", "/graphql").clone(remote="203.0.113.7")
    visitors = build(Settings())[VISITORS]
    for _ in range(5):
        visitors.of(request, "graph").admit_comment()
    with pytest.raises(models.TooMany) as refused:
        visitors.of(request, "graph").admit_comment()
    assert timedelta(0) < refused.value.wait <= timedelta(seconds=30)
    visitors.of(request, "graph").admit()
    visitors.of(request.clone(remote="203.0.113.8"), "graph").admit_comment()


def test_the_world_comments_a_thousand_times_at_once():
    gate = CommentGate(clock=Hands())
    for number in range(1_000):
        gate.admit(f"2001:db8:0:{number:x}::1", "graph")
    with pytest.raises(models.TooMany):
        gate.admit("2001:db8:1::1", "graph")
