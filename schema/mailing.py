"""What those who send newsletters do: try a letter out; pause, resume, recall and retry an issue."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data, once
from schema.editing import found
from schema.issues import Issue
from schema.mistakes import ForbiddenError, NotFoundError, RateLimitedError, ValidationError
from schema.payloads import Payload, client_mutation_id, errors
from schema.scalars import EmailAddress

MailingError = Annotated[
    ForbiddenError | NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("MailingError", description="What can go wrong with issues."),
]


@strawberry.input(description="Input of sendTestIssue.")
class SendTestIssueInput:
    client_mutation_id: str | None = client_mutation_id()
    email: EmailAddress | None = strawberry.field(
        default=UNSET, description="Address of someone who can sign in; the viewer's own when left out."
    )
    post_id: strawberry.ID = strawberry.field(description="Post to try out: any that the viewer may see.")


@strawberry.input(description="Input of pauseIssue.")
class PauseIssueInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Issue to send no more of for now.")


@strawberry.input(description="Input of resumeIssue.")
class ResumeIssueInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Issue to go on with.")


@strawberry.input(description="Input of recallIssue.")
class RecallIssueInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Issue whose letters to take back that are not out yet.")


@strawberry.type(description="Answer of sendTestIssue.")
class TestIssuePayload(Payload):
    errors: list[MailingError] = errors()
    sent_to: EmailAddress | None = strawberry.field(default=None, description="Address the letter goes to.")


@strawberry.input(description="Input of retryIssue.")
class RetryIssueInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Issue to send once more to those it did not reach.")


@strawberry.type(description="Answer of pauseIssue, resumeIssue, recallIssue and retryIssue.")
class IssuePayload(Payload):
    errors: list[MailingError] = errors()
    issue: Issue | None = strawberry.field(default=None, description="The issue as it is now.")


@strawberry.type
class Mailing:
    @strawberry.mutation(
        description="Send the letter of a post to somebody who can sign in, and to nobody else.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(TestIssuePayload)
    async def send_test_issue(
        info: Info, input: Annotated[SendTestIssueInput, SAID]
    ) -> TestIssuePayload | None:
        principal = info.context.principal

        async def work() -> str:
            post = await found(models.Post.open_to(principal), input.post_id, "Post", field="postId")
            user = await _staff(info, input.email or None)
            await models.try_out(post, user, by=principal)
            return str(user.id)

        user = await models.User.get(id=int(await once(info, input, work)))
        return TestIssuePayload(sent_to=EmailAddress(user.email))

    @strawberry.mutation(description="Send no more letters of an issue for now.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(IssuePayload)
    async def pause_issue(info: Info, input: Annotated[PauseIssueInput, SAID]) -> IssuePayload | None:
        return await _turned(info, input, models.Issue.pause)

    @strawberry.mutation(description="Go on with an issue that was paused.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(IssuePayload)
    async def resume_issue(info: Info, input: Annotated[ResumeIssueInput, SAID]) -> IssuePayload | None:
        return await _turned(info, input, models.Issue.resume)

    @strawberry.mutation(
        description="Take back all letters of an issue that are not out yet, for good.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(IssuePayload)
    async def recall_issue(info: Info, input: Annotated[RecallIssueInput, SAID]) -> IssuePayload | None:
        return await _turned(info, input, models.Issue.recall)

    @strawberry.mutation(
        description="Send once more the letters of an issue that were given up, to who would have it still.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(IssuePayload)
    async def retry_issue(info: Info, input: Annotated[RetryIssueInput, SAID]) -> IssuePayload | None:
        return await _turned(info, input, models.retry_issue)


async def _staff(info: Info, email: str | None) -> models.User:
    if email is not None:
        return await models.User.by_email(info.context.site, email)
    viewer: models.User = await info.context.loaders.users.load(info.context.principal.user_id)
    return viewer


async def _turned(info: Info, input: Any, verb: Callable[..., Awaitable[object]]) -> IssuePayload:
    async def work() -> str:
        issue = await found(models.Issue.all(), input.id, "Issue")
        await verb(issue, by=info.context.principal)
        return str(issue.id)

    issue: Any = await models.Issue.by_id(int(await once(info, input, work)))
    return IssuePayload(issue=issue)
