"""Who writes passes the pen through the graph."""

import models

PASS = """mutation ($input: PassPenInput!) { passPen(input: $input) {
    pen { id name email note state giver { name } post { title } }
    errors { __typename ... on UserError { path } } } }"""
BACK = """mutation ($input: WithdrawPenInput!) { withdrawPen(input: $input) {
    pen { state } errors { __typename } } }"""
PENS = "{ pens { name state post { title } } }"
BEA = {"email": "bea@example.org", "name": "Bea", "note": "Jij kunt dit."}


async def test_a_pen_is_passed_once_and_taken_back(answer, staff):
    _, _, ann = await staff(models.Role.AUTHOR, "Ann")
    for _ in range(2):
        [said] = (await answer(PASS, principal=ann, input=BEA | {"clientMutationId": "1"})).data.values()
        assert said["errors"] == []
    pen = said["pen"]
    assert (pen["state"], pen["giver"], pen["post"]) == ("OFFERED", {"name": "Ann"}, None)
    assert await models.Pen.all().count() == 1
    [back] = (await answer(BACK, principal=ann, input={"id": pen["id"]})).data.values()
    assert back == {"pen": {"state": "WITHDRAWN"}, "errors": []}
    [again] = (await answer(BACK, principal=ann, input={"id": pen["id"]})).data.values()
    assert again["errors"] == [{"__typename": "ValidationError"}]


async def test_pens_are_their_givers_and_an_editors(answer, staff):
    _, _, ann = await staff(models.Role.AUTHOR, "Ann")
    _, _, bob = await staff(models.Role.AUTHOR, "Bob")
    _, _, ed = await staff(models.Role.EDITOR, "Ed")
    [said] = (await answer(PASS, principal=ann, input=BEA)).data.values()
    for who, number in ((ann, 1), (bob, 0), (ed, 1)):
        assert len((await answer(PENS, principal=who)).data["pens"]) == number
        node = await answer("query ($id: ID!) { node(id: $id) { id } }", principal=who, id=said["pen"]["id"])
        assert bool(node.data["node"]) is bool(number)
    [refused] = (await answer(BACK, principal=bob, input={"id": said["pen"]["id"]})).data.values()
    assert refused["errors"] == [{"__typename": "NotFoundError"}]
    told = await answer(PENS)
    assert told.errors[0].extensions["code"] == "UNAUTHENTICATED"


async def test_what_cannot_be_used_is_told_as_data(answer, staff):
    _, _, ann = await staff(models.Role.AUTHOR, "Ann")
    own = (await models.User.get()).email
    for wrong, path in (
        ({"email": "no"}, "email"),
        ({"email": own}, "email"),
        ({"name": " "}, "name"),
        ({"note": "n" * 2001}, "note"),
    ):
        [said] = (await answer(PASS, principal=ann, input=BEA | wrong)).data.values()
        assert said["errors"] == [{"__typename": "ValidationError", "path": ["input", path]}]
