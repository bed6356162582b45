"""Pictures by their address, with the words for those who cannot see them."""

from itertools import islice
from pathlib import Path
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.atomic import atomic
from models.audit import Audit
from models.authors import Author
from models.content import Content, Format, Sizes
from models.errors import Invalid
from models.files import Files, read_whole
from models.fitting import fitting
from models.jobs import Job, Lane, Work
from models.pictures import Drawn, drawn, drawn_later
from models.posts import Post
from models.principals import NOBODY, Principal
from models.relations import belongs_to
from models.renditions import DOOR, FIRST, LATER, MEDIA_TYPES, Name, named_in, widths_below
from models.site import Site
from models.visibility import open_to

# Of pictures that stand elsewhere, too.
MEDIA_TYPES_THERE = MEDIA_TYPES | {"gif": "image/gif", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"
LONGEST_ALT = LONGEST_CAPTION = 1000  # characters
MOST_IN_A_TEXT = 500  # of which the sizes are looked up


class Image(Model):
    """A picture that a post, an author or the site shows; `url` may be relative to the site's root.

    `user_id` is who uploaded it.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    # No foreign key: a user points at an author, that at a portrait, and Tortoise cannot create tables in a
    # circle. Users stay when they retire.
    user_id = fields.IntField(null=True)
    url = fields.CharField(max_length=2000)
    alt_text = fields.TextField(default="")
    caption = fields.TextField(null=True)
    media_type = fields.CharField(max_length=100)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    thumbhash = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "image"
        indexes = (("site_id", "url"),)

    @classmethod
    def shown(cls, principal: Principal = NOBODY) -> QuerySet[Self]:
        """Ask for the pictures that something shows which somebody may see."""
        return cls.filter(_shown_to(principal))

    @classmethod
    def usable_by(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the pictures that somebody may show: what is shown to them, and what they uploaded."""
        if principal.sees_all:
            return cls.all()
        return cls.filter(_shown_to(principal) | Q(user_id=principal.user_id or 0))

    @classmethod
    async def sizes_in(cls, source: str) -> Sizes:
        """Tell how large the pictures of ours are that a text names."""
        if not (named := dict(islice(named_in(source).items(), MOST_IN_A_TEXT))):
            return {}
        # What may be a rendition does not name the picture's own address, but how that begins.
        drawn = [name for name in named.values() if name.ending in {"", FIRST, LATER}]
        beginnings = {f"{DOOR}{name.digest}-" for name in drawn}
        is_named = Q(*(Q(url__startswith=begins) for begins in beginnings), url__in=named, join_type=Q.OR)
        known = cls.filter(is_named, width__isnull=False, height__isnull=False)
        rows: Any = await known.values_list("url", "width", "height")
        wholes = {name.digest: (wide, high) for url, wide, high in rows if (name := Name.at(url))}
        sizes: dict[str, tuple[int, int]] = {}
        for url, name in named.items():
            wide, high = wholes.get(name.digest, (0, 0))
            if name.width in (wide, *widths_below(wide)):
                sizes[url] = name.width, max(1, round(high * name.width / wide))
        return sizes

    @classmethod
    async def show(cls, site_id: int, url: str, *, alt_text: str = "", caption: str = "") -> "Image":
        """Keep a picture; the same address with the same words is kept once."""
        words = {"alt_text": text.clean_line(alt_text), "caption": _captioned(caption)}
        shown = fitting(cls, {"url": url, **words})
        known = await cls.filter(site_id=site_id, **shown).first()
        return known or await cls.create(site_id=site_id, media_type=media_type(url), **shown)

    @classmethod
    async def upload(
        cls, site: Site, file: Path, files: Files, *, by: Principal, alt_text: str = ""
    ) -> "Image":
        """Keep an uploaded picture, drawn anew, and promise the renditions that take long.

        The same picture with the same words of the same person is kept once.
        """
        alt_text = _read_aloud(alt_text)
        picture = await drawn(file)
        # Before the row, which never speaks of a file that is not there.
        for name, content in picture.files.items():
            await files.keep(str(name), content)
        return await cls._keep(site, picture, alt_text, by)

    def may_be_reworded_by(self, principal: Principal) -> bool:
        """Tell whether somebody may change its words: whoever uploaded it, and editors."""
        return principal.edits_all or (self.user_id is not None and self.user_id == principal.user_id)

    async def reword(self, **words: str | None) -> None:
        """Say in other words what it shows: `alt_text`, and `caption` in plain text; None says nothing."""
        said: dict[str, Any] = {}
        if "alt_text" in words:
            said["alt_text"] = _read_aloud(words["alt_text"] or "")
        if "caption" in words:
            caption = (words["caption"] or "").strip()
            if len(caption) > LONGEST_CAPTION:
                raise Invalid("caption", limit=LONGEST_CAPTION)
            said["caption"] = _captioned(caption)
        self.update_from_dict(fitting(type(self), said))
        if said:
            await self.save(update_fields=list(said))

    @classmethod
    @atomic
    async def _keep(cls, site: Site, picture: Drawn, alt_text: str, by: Principal) -> "Image":
        url = f"{DOOR}{picture.name}"
        # Of theirs alone: what others uploaded is not theirs to show.
        known = cls.filter(site_id=site.id, url=url, alt_text=alt_text, user_id=by.user_id)
        image = await known.first()
        if image is None:
            image = await cls.create(
                site_id=site.id,
                user_id=by.user_id,
                url=url,
                alt_text=alt_text,
                media_type=picture.name.media_type,
                width=picture.width,
                height=picture.height,
                thumbhash=picture.thumbhash,
            )
        key = f"renditions:{image.id}"
        await Job.promise(Work.DRAW_RENDITIONS, key=key, lane=Lane.BULK, image=image.id)
        await Audit.note(by, "image.upload", image.id)
        return image


async def read_content(source: str, format: Format) -> Content:
    """Read a text as an author gave it, with the sizes of the pictures in it."""
    return await Content.read(source, format, await Image.sizes_in(source))


async def draw_renditions(files: Files, image: int) -> None:
    """Draw the renditions of an uploaded picture that take long, those that are not there yet."""
    row = await Image.get_or_none(id=image)
    name = Name.at(row.url) if row is not None else None
    content = await read_whole(files, str(name)) if name is not None else None
    if name is None or content is None:
        return
    for width in widths_below(name.width):
        rendition = name._replace(width=width, ending=LATER)
        if await files.size(str(rendition)) is None:
            await files.keep(str(rendition), await drawn_later(content, width))


def _read_aloud(alt_text: str) -> str:
    line = text.clean_line(alt_text)
    if len(line) > LONGEST_ALT:
        raise Invalid("altText", limit=LONGEST_ALT)
    return line


def _captioned(caption: str) -> str | None:
    # In one paragraph, for it stands in a line of its own anyhow.
    html = text.paragraphs(text.CONTROLS.sub("", caption)).removeprefix("<p>").removesuffix("</p>")
    return html.replace("</p><p>", "<br><br>") or None


def _shown_to(principal: Principal) -> Q:
    leading = Subquery(Post.filter(open_to(principal), image_id__isnull=False).values("image_id"))
    portraits = Subquery(Author.known().filter(avatar_id__isnull=False).values("avatar_id"))
    logos = Subquery(Site.filter(logo_id__isnull=False).values("logo_id"))
    return Q(id__in=leading) | Q(id__in=portraits) | Q(id__in=logos)


def media_type(url: str) -> str:
    """Tell a picture's media type from the ending of its address."""
    ending = url.split("?")[0].rpartition(".")[2].lower()
    return MEDIA_TYPES_THERE.get(ending, UNKNOWN_MEDIA_TYPE)
