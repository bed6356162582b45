"""Digests: once a day or a week, in the morning of the subscriber, what appeared since the last one."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from models.atomic import atomic
from models.instants import Instant, now
from models.interests import Topic, read_topic
from models.issue_starts import begin, interested_in, readers_of
from models.issues import Issue, IssueKind, IssueStatus
from models.letter_facts import tell_of
from models.posts import Post
from models.site import Site
from models.subscriptions import Frequency, Subscription

HOUR = time(7)
OFTEN = (Frequency.DAILY, Frequency.WEEKLY)
A_MOMENT = timedelta(microseconds=1)
# Who has paused for long is not told of everything since.
FURTHEST = timedelta(days=31)
MOST_POSTS = 50
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class DigestTurn(Model):
    """The last digest of a frequency in a time zone: whoever moves its moment makes the next."""

    key = fields.CharField(max_length=80, primary_key=True)
    due_at = Instant()

    class Meta:
        table = "digest_turn"


async def digest() -> None:
    """Begin the digests whose hour has come somewhere."""
    site = await Site.current()
    if site is None:
        return
    taken: dict[str, datetime] = {turn.key: turn.due_at for turn in await DigestTurn.all()}
    news: dict[datetime, list[dict[str, Any]]] = {}
    for frequency, zone in await _awaited(site):
        due, key = due_before(now(), frequency, zone), f"{frequency}:{zone}"
        # A turn that lies ahead was taken before the clock was put back.
        if key in taken and due <= taken[key] <= now():
            continue
        # Told outside of the turn, which holds the writer, and once for all whose hour is the same.
        if due not in news:
            news[due] = await _news(site, due)
        await _take_turn(site, frequency, zone, due=due, news=news[due])


def due_before(moment: datetime, frequency: Frequency, zone: str) -> datetime:
    """Tell when the last digest of a frequency was due in a time zone: at HOUR, and weekly on Monday."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= HOUR else local.date() - timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, HOUR, ZoneInfo(zone)).astimezone(UTC)


async def _awaited(site: Site) -> set[tuple[Frequency, str]]:
    asked = Subscription.confirmed().filter(site_id=site.id, frequency__in=list(OFTEN))
    found: list[Any] = await asked.distinct().values_list("frequency", "time_zone")
    return {(Frequency(frequency), zone or site.time_zone) for frequency, zone in found}


@atomic
async def _take_turn(
    site: Site, frequency: Frequency, zone: str, *, due: datetime, news: Sequence[dict[str, Any]]
) -> None:
    key = f"{frequency}:{zone}"
    await DigestTurn.bulk_create([DigestTurn(key=key, due_at=LONG_AGO)], ignore_conflicts=True)
    is_ours = Q(due_at__lt=due) | Q(due_at__gt=now())
    if not await DigestTurn.filter(is_ours, key=key).update(due_at=due):
        return
    key = f"{key}:{due:%Y-%m-%d}"
    if news and not await Issue.filter(key=key).exists():
        await _begin(site, IssueKind(frequency), key, zone=zone, due=due, news=news)


async def _begin(
    site: Site, kind: IssueKind, key: str, *, zone: str, due: datetime, news: Sequence[dict[str, Any]]
) -> None:
    # A day that ends summer has an hour more than another.
    before = due_before(due - A_MOMENT, Frequency(kind), zone)
    facts = {
        "items": list(news), "until": due.isoformat(), "before": before.isoformat(),
        "content_language": site.language,
    }  # fmt: skip
    topics = {code: item["since"] for item in reversed(news) for code in item["topics"]}
    issue = await Issue.create(
        site_id=site.id, key=key, kind=kind, facts=facts, topics=list(topics), started_at=now()
    )
    in_zone = Q(time_zone=zone) | Q(time_zone__isnull=True) if zone == site.time_zone else Q(time_zone=zone)
    wanting = readers_of(issue, due).filter(in_zone, _have_news(topics, before=before, until=due))
    if not await begin(issue, wanting):
        await issue.delete()


async def _news(site: Site, due: datetime) -> list[dict[str, Any]]:
    """Tell of the posts that were announced before a moment, the newest first, and when."""
    issues = Issue.filter(
        site_id=site.id, kind=IssueKind.POST, started_at__gt=due - FURTHEST, started_at__lte=due
    ).exclude(status=IssueStatus.RECALLED)
    announced: dict[int, Issue] = {}
    for issue in await issues.order_by("-started_at", "-id").only("id", "post_id", "topics", "started_at"):
        if issue.post_id is not None:
            announced.setdefault(issue.post_id, issue)
    newest = dict(list(announced.items())[:MOST_POSTS])
    told = await tell_of(await Post.published().filter(id__in=list(newest)), site)
    return [
        {"id": id, "since": issue.started_at.isoformat(), "topics": issue.topics, **told[id]}
        for id, issue in newest.items()
        if id in told
    ]


def _have_news(newest: dict[str, str], *, before: datetime, until: datetime) -> Q:
    """Ask for those to whom one of these topics, each with its newest moment, brings what they had not."""
    topics_at: dict[str, list[Topic]] = {}
    for code, moment in newest.items():
        if (topic := read_topic(code)) is not None:
            topics_at.setdefault(moment, []).append(topic)
    asked = Q(id__lt=0)
    for moment, topics in topics_at.items():
        asked |= Q(interested_in(topics), _begins_before(moment, before, until))
    return asked


def _begins_before(moment: str, before: datetime, until: datetime) -> Q:
    at = datetime.fromisoformat(moment)
    had_less = Q(digested_until__lt=at)
    return (
        had_less | Q(digested_until__isnull=True) | Q(digested_until__gt=until) if at > before else had_less
    )
