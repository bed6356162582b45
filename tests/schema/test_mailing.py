"""Those who send newsletters try out what they may see, and no more."""

import models
from schema.ids import global_id

TEST = """mutation ($input: SendTestIssueInput!) { sendTestIssue(input: $input) {
  sentTo errors { __typename ... on UserError { path } ... on NotFoundError { missingId } } } }"""


async def test_a_key_that_reads_no_drafts_mails_none(answer, staff, write):
    post, hired = await write(), await staff(models.Role.ADMIN, scopes=[models.Scope.SUBSCRIBERS_MANAGE])
    id = global_id("Post", post.id)
    [said] = (await answer(TEST, principal=hired.principal, input={"postId": id})).data.values()
    refused = {"__typename": "NotFoundError", "path": ["input", "postId"], "missingId": id}
    assert said == {"sentTo": None, "errors": [refused]}
    assert not await models.Delivery.all().exists()
    await post.publish()
    [said] = (await answer(TEST, principal=hired.principal, input={"postId": id})).data.values()
    assert said == {"sentTo": hired.user.email, "errors": []}
    [letter] = await models.Delivery.all()
    assert letter.facts["content"]["html"] == "<p>Tekst.</p>"
