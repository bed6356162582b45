"""What is said of a mistake is true of that mistake, in each language that we speak."""

import ast
from pathlib import Path

import pytest

import models
from schema.ids import global_id
from schema.mistakes import REASONS, SENTENCES

ROOT = Path(__file__).parents[2]
ERRORS = "errors { __typename ... on UserError { message path } ... on NotFoundError { missingId } }"
CREATE_POST = f"mutation ($input: CreatePostInput!) {{ createPost(input: $input) {{ {ERRORS} }} }}"
SCHEDULE = f"mutation ($input: SchedulePostInput!) {{ schedulePost(input: $input) {{ {ERRORS} }} }}"
UPDATE_PAGE = f"mutation ($input: UpdatePageInput!) {{ updatePage(input: $input) {{ {ERRORS} }} }}"
PUBLISH_PAGE = f"mutation ($input: PublishPageInput!) {{ publishPage(input: $input) {{ {ERRORS} }} }}"
UNPUBLISH_PAGE = f"mutation ($input: UnpublishPageInput!) {{ unpublishPage(input: $input) {{ {ERRORS} }} }}"
UPDATE_SITE = f"mutation ($input: UpdateSiteInput!) {{ updateSite(input: $input) {{ {ERRORS} }} }}"
UPDATE_MENU = f"mutation ($input: UpdateMenuInput!) {{ updateMenu(input: $input) {{ {ERRORS} }} }}"
CREATE_NEWSLETTER = f"""mutation ($input: CreateNewsletterInput!) {{
  createNewsletter(input: $input) {{ {ERRORS} }} }}"""
MERGE = f"mutation ($input: MergeTagsInput!) {{ mergeTags(input: $input) {{ {ERRORS} }} }}"
TOKEN = f"mutation ($input: CreateTokenInput!) {{ createToken(input: $input) {{ {ERRORS} }} }}"
PING = f"mutation ($input: PingWebhookInput!) {{ pingWebhook(input: $input) {{ {ERRORS} }} }}"
MODERATE = f"mutation ($input: ModerateCommentsInput!) {{ moderateComments(input: $input) {{ {ERRORS} }} }}"
REVOKE = f"mutation ($input: RevokeTokenInput!) {{ revokeToken(input: $input) {{ {ERRORS} }} }}"


@pytest.fixture
async def wrong(answer, staff):
    """Say something wrong as an admin: `message, path = await wrong(query, title="x")`."""
    boss = (await staff(models.Role.ADMIN)).principal

    async def say(query, **input):
        answered = await answer(query, principal=boss, input=input)
        assert answered.errors is None, answered.errors
        [[error]] = [payload["errors"] for payload in answered.data.values()]
        return error

    return say


def test_each_language_has_every_sentence():
    for sentences in (SENTENCES, REASONS):
        keys = [set(words) for words in sentences.values()]
        assert keys.count(keys[0]) == len(keys) == 2


def test_every_reason_that_is_given_has_a_sentence_and_no_other_has():
    given = {
        word.value.value
        for package in ("models", "schema")
        for room in (ROOT / package).rglob("*.py")
        for call in ast.walk(ast.parse(room.read_text("utf-8")))
        # Those two are told of by pages; the graph says of them that there were too many, or that it is over.
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") not in {"TooMany", "Expired"}
        for word in call.keywords
        if word.arg == "why" and isinstance(word.value, ast.Constant)
    }
    assert given == set(REASONS["en"])


async def test_a_text_that_cannot_be_kept_is_not_called_empty(wrong):
    error = await wrong(CREATE_POST, title="Een titel", excerpt="Kort\0.")
    assert (error["message"], error["path"]) == (REASONS["en"]["not plain"], ["input", "excerpt"])
    assert (await wrong(CREATE_POST, title=" "))["message"] == SENTENCES["en"]["title"]


async def test_what_does_not_fit_is_told_in_its_own_words(wrong):
    error = await wrong(CREATE_POST, title="x" * 301)
    assert error["message"] == "At most 300 characters fit here."
    many = [f"tag {number}" for number in range(51)]
    assert (await wrong(CREATE_POST, title="x", tagSlugs=many))["message"] == "At most 50 fit here."
    long = await wrong(CREATE_POST, title="x", tagSlugs=["x" * 201])
    assert long["message"] == "At most 200 characters fit here."
    unseen = await wrong(CREATE_POST, title="x", tagSlugs=["\u200d"])
    assert unseen["message"] == SENTENCES["en"]["tagSlugs"]
    assert (await wrong(UPDATE_SITE, url="notaurl"))["message"] == SENTENCES["en"]["url"]
    at_a_path = await wrong(UPDATE_SITE, url="https://blog.example/news")
    assert at_a_path["message"].endswith("without a path.")
    item = {"label": "Ui", "items": [{"label": "\u200d"}]}
    error = await wrong(UPDATE_MENU, slug="main", items=[item])
    assert error["message"] == SENTENCES["en"]["items.label"]
    assert error["path"] == ["input", "items", "0", "items", "0", "label"]


async def test_one_newsletter_too_many_is_not_called_a_title_that_is_too_long(wrong, monkeypatch):
    monkeypatch.setattr(models.newsletters, "MOST", 0)
    error = await wrong(CREATE_NEWSLETTER, title="Ui")
    assert (error["message"], error["path"]) == ("There can be no more than 0.", ["input", "title"])


async def test_what_is_wrong_with_a_moment_is_told(wrong, site):
    post = await models.Post.draft(site, "Een bericht", "", authors=[])
    id = global_id("Post", post.id)
    assert (await wrong(SCHEDULE, id=id, at="2001-01-01T00:00:00Z"))["message"] == REASONS["en"]["ahead"]
    assert (await wrong(SCHEDULE, id=id, at="9999-01-01T00:00:00Z"))["message"] == SENTENCES["en"]["invalid"]


async def test_what_is_wrong_with_the_place_of_a_page_is_told(wrong, site):
    above = await models.Page.draft(site.id, "Boven", "")
    below = await models.Page.draft(site.id, "Onder", "", parent=above)
    ids = [global_id("Page", page.id) for page in (above, below)]
    error = await wrong(PUBLISH_PAGE, id=ids[1])
    assert (error["message"], error["path"]) == (REASONS["en"]["above"], ["input", "parentId"])
    assert (await wrong(UPDATE_PAGE, id=ids[0], parentId=ids[1]))["message"] == REASONS["en"]["below itself"]
    nowhere = global_id("Page", 99)
    error = await wrong(UPDATE_PAGE, id=ids[1], parentId=nowhere)
    assert (error["message"], error["missingId"]) == (SENTENCES["en"]["missing"], nowhere)
    for page in (above, below):
        await page.publish()
    error = await wrong(UNPUBLISH_PAGE, id=ids[0])
    assert (error["message"], error["path"]) == (REASONS["en"]["below"], ["input", "id"])


async def test_what_is_there_but_stands_still_is_not_called_missing(wrong, site):
    nobody = models.NOBODY
    webhook, _ = await models.Webhook.add("https://hooks.example/", models.webhooks.CHOICES, by=nobody)
    await webhook.pause(by=nobody)
    error = await wrong(PING, id=global_id("Webhook", webhook.id))
    assert (error["__typename"], error["message"]) == ("ValidationError", REASONS["en"]["paused"])


async def test_a_token_is_told_how_long_it_may_work(wrong):
    assert (await wrong(TOKEN, label=" "))["message"] == SENTENCES["en"]["label"]
    assert (await wrong(TOKEN, label="x", days=0))["message"] == SENTENCES["en"]["days_limit"].format(
        limit=365
    )


async def test_too_few_are_not_called_too_many(wrong):
    assert (await wrong(MODERATE, ids=[], status="SPAM"))["message"] == REASONS["en"]["none"]


async def test_an_identifier_that_leads_nowhere_is_given_back(wrong):
    error = await wrong(REVOKE, id="nonsense")
    assert (error["__typename"], error["path"], error["missingId"]) == (
        "NotFoundError",
        ["input", "id"],
        "nonsense",
    )


async def test_a_tag_is_not_merged_into_itself(wrong, site):
    id = global_id("Tag", (await models.Tag.named(site.id, "Ui")).id)
    assert (await wrong(MERGE, id=id, intoId=id))["message"] == REASONS["en"]["itself"]
