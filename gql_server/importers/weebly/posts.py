"""A post put together from every sight of it: text, author, day, conversation."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from gql_server.importers.weebly import body, dates
from gql_server.importers.weebly.addresses import BROWSER_COPY
from gql_server.importers.weebly.bylines import Bylines
from gql_server.importers.weebly.comments import Remark
from gql_server.importers.weebly.flow import Block
from gql_server.importers.weebly.places import hinted_month, slug_of
from gql_server.importers.weebly.stories import Story
from gql_server.importers.weebly.tags import Tags
from gql_server.importers.weebly.values import CommentValue, ImageValue, PostValue
from gql_server.importers.weebly.witnesses import Clues, Court
from models.text import is_seen

NAMELESS = "Anonymous"


@dataclass(slots=True, kw_only=True)
class Editor:
    """Makes posts, and remembers what to tell the owner."""

    host: str
    zone: ZoneInfo
    court: Court
    bylines: Bylines
    tags: Tags
    images: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    doubtful: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)

    def post(self, story: Story) -> PostValue | None:
        """Make the post; None when nothing says when it was written."""
        settled = self.court.settle(clues(story, self.zone))
        name = story.title or story.source_id
        if settled is None:
            self.doubtful.append(f"“{name}” is left out: nothing says when it was written")
            return None
        if settled.doubt:
            self.doubtful.append(f"“{name}” ({story.date or 'no date'}, as {settled.day}): {settled.doubt}")
        if story.is_cut:
            self.doubtful.append(f"“{name}” is only its beginning: the post's own page is not here")
        text = body.read(story.content, self.host)
        authors, blocks = self.bylines.take(text.blocks)
        image, blocks = _leading(blocks)
        published = datetime.combine(settled.day, _time_of_day(story, self.zone), tzinfo=self.zone)
        self._look_at(name, text)
        return PostValue(
            source_id=story.source_id,
            title=name,
            slug=next((slug_of(path) for path in story.paths), ""),
            published=published,
            day=settled.day,
            witness=settled.witness,
            html="".join(block.html for block in blocks),
            image=image,
            authors=authors,
            tags=self._tags(story),
            comments_open=story.are_comments_open,
            comments=self._comments(story, name, published),
            old_paths=story.paths,
        )

    def _look_at(self, name: str, text: body.Body) -> None:
        self.images += len(text.images)
        self.dropped += text.dropped
        if any(BROWSER_COPY.search(image.url) for image in text.images):
            self.doubtful.append(f"“{name}” has images that the browser saved beside the page")

    def _tags(self, story: Story) -> tuple[str, ...]:
        names = [self.tags.named(slug) for slug in story.categories]
        names += [self.tags.spelled(category) for item in story.items for category in item.categories]
        return tuple(dict.fromkeys(names))

    def _comments(self, story: Story, name: str, published: datetime) -> tuple[CommentValue, ...]:
        remarks = story.remarks
        if (story.counted or 0) != len(remarks):
            self.miscounted.append(f"“{name}” speaks of {story.counted or 0}, {len(remarks)} found")
        for remark in remarks:
            self._doubt(remark, name)
        answered, told = _answered(remarks), _told(remarks)
        return tuple(
            self._comment(remark, story.source_id, is_answered=remark.number in answered, published=published)
            for remark in told
        )

    def _doubt(self, remark: Remark, post: str) -> None:
        which = f"a comment by {_signed(remark)}"
        if not is_seen(remark.text):
            which += f" on “{post}” ({remark.written or 'no date'})"
            self.doubtful.append(f"{which} is left out: it has no words")
        elif dates.moment(remark.written, self.court.order, self.zone) is None:
            self.doubtful.append(f"{which} has no date that can be read")

    def _comment(
        self, remark: Remark, post_id: str, *, is_answered: bool, published: datetime
    ) -> CommentValue:
        return CommentValue(
            source_id=_comment_id(remark.number, post_id),
            parent_id=_comment_id(remark.parent, post_id) if remark.parent else None,
            name=_signed(remark),
            website=remark.website,
            written=dates.moment(remark.written, self.court.order, self.zone) or published,
            text=remark.text,
            is_owner=remark.is_owner,
            suggested_status="approved" if remark.is_owner or is_answered else "pending",
        )


def clues(story: Story, zone: ZoneInfo) -> Clues:
    """Collect what is known of the day a post was written."""
    told = next((item.published for item in story.items if item.published), None)
    return Clues(
        written=dates.written(story.date),
        months=story.months,
        feed_day=told.astimezone(zone).date() if told else None,
        hint=next(filter(None, map(hinted_month, story.paths)), None),
    )


def _time_of_day(story: Story, zone: ZoneInfo) -> time:
    told = next((item.published for item in story.items if item.published), None)
    return told.astimezone(zone).time() if told else dates.NOON


def _leading(blocks: tuple[Block, ...]) -> tuple[ImageValue | None, tuple[Block, ...]]:
    image = next((block.image for block in blocks if block.image), None)
    return image, blocks[1:] if image and blocks[0].image else blocks


def _answered(remarks: tuple[Remark, ...]) -> set[str]:
    # Up to the top: an answer below a comment that waits would not be seen.
    parents = {remark.number: remark.parent for remark in remarks}
    answered: set[str] = set()
    for remark in remarks:
        above = remark.parent if remark.is_owner else None
        while above is not None and above not in answered:
            answered.add(above)
            above = parents.get(above)
    return answered


def _told(remarks: tuple[Remark, ...]) -> list[Remark]:
    # A comment of nothing is refused by the store; what answers it stands where it would have stood.
    told: list[Remark] = []
    instead: dict[str | None, str | None] = {}
    for remark in remarks:
        parent = instead.get(remark.parent, remark.parent)
        if is_seen(remark.text):
            told.append(replace(remark, parent=parent))
        else:
            instead[remark.number] = parent
    return told


def _signed(remark: Remark) -> str:
    return remark.name if is_seen(remark.name) else NAMELESS


def _comment_id(number: str, post_id: str) -> str:
    return f"weebly:{number}" if number.isdigit() else f"{post_id}:{number}"
