"""An input says what it may say and no more: nobody assigns what is not theirs to set."""

from graphql import GraphQLInputObjectType, get_named_type

import models
from schema.graph import schema
from schema.ids import row_id

# Whatever else a row has is set by verbs alone.
INPUTS = {
    "CreatePostInput": (
        "authorIds clientMutationId commentsOpen contentHtml contentMarkdown excerpt imageId seoDescription "
        "seoTitle slug tagSlugs title"
    ),
    "UpdatePostInput": (
        "authorIds clientMutationId commentsOpen contentHtml contentMarkdown excerpt expectedVersion id "
        "imageId seoDescription seoTitle slug tagSlugs title"
    ),
    "SchedulePostInput": "at clientMutationId expectedVersion id newsletterSlugs",
    "PublishPostInput": "clientMutationId expectedVersion id newsletterSlugs",
    "CreatePreviewLinkInput": "clientMutationId pageId postId",
    "CreatePageInput": (
        "clientMutationId contentHtml contentMarkdown parentId position seoDescription seoTitle slug title"
    ),
    "UpdatePageInput": (
        "clientMutationId contentHtml contentMarkdown expectedVersion id parentId position seoDescription "
        "seoTitle slug title"
    ),
    "UpdateMenuInput": "clientMutationId items slug",
    "MenuItemInput": "items label target",
    "MenuTargetInput": "authorId pageId postId tagId url",
    "UpdateTagInput": "clientMutationId id name slug",
    "MergeTagsInput": "clientMutationId id intoId",
    "CreateNewsletterInput": "clientMutationId description title",
    "UpdateNewsletterInput": "clientMutationId description id title",
    "UploadImageInput": "altText clientMutationId file",
    "UpdateImageInput": "altText caption clientMutationId id",
    "CreateAuthorInput": "avatarId bioHtml clientMutationId name place slug",
    "UpdateAuthorInput": "avatarId bioHtml clientMutationId id name place slug",
    "UpdateSiteInput": "clientMutationId commentPolicy description language logoId timeZone title url",
} | dict.fromkeys((f"Delete{noun}Input" for noun in ("Tag", "Author", "Newsletter")), "clientMutationId id")
INPUTS |= dict.fromkeys(
    (
        *(f"{verb}PostInput" for verb in ("Unpublish", "Archive", "Delete")),
        *(f"{verb}PageInput" for verb in ("Publish", "Unpublish", "Delete")),
        "RestoreRevisionInput",
    ),
    "clientMutationId expectedVersion id",
)
WRITING = (
    *(
        "Post",
        "Page",
        "Tag",
        "Tags",
        "Author",
        "Menu",
        "Newsletter",
        "Image",
        "Site",
        "Revision",
        "PreviewLink",
    ),
)
NOT_THEIRS = {
    "status": "PUBLISHED", "publishedAt": "2021-01-01T00:00:00Z", "commentCount": 9, "version": 9,
    "siteId": 2, "isCounted": True, "sourceId": "x", "postCount": 9, "secret": "x",
}  # fmt: skip


def test_each_input_of_those_who_write_has_these_fields():
    mutations = schema._schema.mutation_type.fields
    inputs = {
        get_named_type(field.args["input"].type)
        for name, field in mutations.items()
        if name.endswith(WRITING) and not name.startswith("confirm")
    }
    waiting, seen = list(inputs), {}
    while waiting:
        kind = waiting.pop()
        if kind.name not in seen:
            seen[kind.name] = " ".join(sorted(kind.fields))
            kinds = [get_named_type(field.type) for field in kind.fields.values()]
            waiting += [kind for kind in kinds if isinstance(kind, GraphQLInputObjectType)]
    assert seen == INPUTS


async def test_what_is_not_theirs_to_set_is_no_field_of_any_input(anna, eva):
    post = await anna.does("createPost", title="x")
    before = await models.Post.filter(id=1).values()
    query = "mutation($input: UpdatePostInput!) { updatePost(input: $input) { post { id } } }"
    for name, value in NOT_THEIRS.items():
        answer = await eva.answer(query, input={"id": post["id"], name: value})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"], name
    assert await models.Post.filter(id=1).values() == before


async def test_an_identifier_of_something_else_names_nothing(anna, eva):
    post = await anna.does("createPost", title="x")
    page = await eva.does("createPage", title="x")
    assert row_id(post["id"], "Post") == row_id(page["id"], "Page") == 1
    for verb, said in (
        ("updatePost", {"id": page["id"]}), ("deletePost", {"id": anna.author}),
        ("updateTag", {"id": page["id"]}),
        ("updatePage", {"id": post["id"]}), ("restoreRevision", {"id": post["id"]}),
        ("createPost", {"title": "x", "imageId": post["id"]}), ("updateAuthor", {"id": post["id"]}),
        ("createPage", {"title": "x", "parentId": post["id"]}), ("createPreviewLink", {"postId": page["id"]}),
    ):  # fmt: skip
        assert (await eva.errs(verb, **said))["code"] == "NOT_FOUND", verb
