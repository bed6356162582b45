"""People who can sign in: they write, edit, or run the publication."""

from typing import Any, Self

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse
from models.addresses import Address
from models.atomic import atomic
from models.audit import Audit
from models.authors import Author
from models.deliveries import Delivery, LetterKind
from models.errors import Invalid, NotAllowed, NotFound, Taken
from models.fitting import line
from models.instants import Instant, now
from models.principals import NOBODY, OF_ROLE, Principal, Role
from models.relations import belongs_to, may_point_to
from models.site import Site
from models.site_lock import lock_site

LONGEST_NAME = 200


class User(Model):
    """Someone who can sign in; `author` is whose name stands above what they write.

    `retired_at` says since when they cannot any more: their name stays in what was kept of their deeds.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    email = fields.CharField(max_length=254)
    mailbox = fields.CharField(max_length=254)
    name = fields.CharField(max_length=LONGEST_NAME)
    language = fields.CharField(max_length=35)
    role = fields.CharEnumField(Role, max_length=16)
    author: Any = may_point_to("Author", on_delete=OnDelete.SET_NULL)
    author_id: int | None
    created_at = Instant()
    retired_at = Instant(null=True)

    class Meta:
        table = "member"
        unique_together = (("site_id", "mailbox"),)

    @classmethod
    def active(cls) -> QuerySet[Self]:
        """Ask for those who can sign in."""
        return cls.filter(retired_at__isnull=True)

    @classmethod
    async def at(cls, site: Site, email: str) -> Self | None:
        """Give who can sign in by letters to an address."""
        return await cls.active().filter(site_id=site.id, mailbox=Address.of(email).mailbox).first()

    @classmethod
    async def ever_at(cls, site: Site, email: str) -> Self:
        """Give who can sign in by letters to an address, or could; refuse one that nobody ever had."""
        found = await cls.filter(site_id=site.id, mailbox=Address.of(email).mailbox).first()
        if found is None:
            raise NotFound("Nobody of this address could ever sign in here.", field="email")
        return found

    @classmethod
    async def by_email(cls, site: Site, email: str) -> Self:
        """Give who can sign in by letters to an address; refuse one that nobody has."""
        found = await cls.at(site, email)
        if found is None:
            raise NotFound("Nobody of this address can sign in here.", field="email")
        return found

    @classmethod
    @atomic
    async def welcome(cls, site: Site, email: str, name: str, role: Role, *, by: Principal = NOBODY) -> Self:
        """Let somebody sign in, with a role; who can already gets the role anew, and keeps the name.

        Who is new writes as the author who has their name; refuse when somebody else does.
        """
        address = Address.of(email)
        name = line(cls, "name", name, missing="Someone who signs in needs a name.")
        require_power(by, role)
        await lock_site(site.id)
        known = await cls.filter(site_id=site.id, mailbox=address.mailbox).first()
        if known is not None and known.retired_at is None:
            if known.role is not role:
                await known.become(role, by=by)
            return known
        author = await cls._author(site.id, name, besides=address.mailbox)
        user = known or cls(site_id=site.id, mailbox=address.mailbox, created_at=now())
        user.update_from_dict(
            {
                "email": address.text, "name": name, "role": role, "author_id": author.id,
                "language": site.language, "retired_at": None,
            }
        )  # fmt: skip
        await user.save()
        return user

    def letter(self, kind: LetterKind, site: Site, *, key: str, **facts: Any) -> Delivery:
        """Write a letter to them, once for each key."""
        about = {"to": self.email, "name": self.name, "language": self.language, "site_title": site.title}
        return Delivery.written(None, kind, key=key, facts={**about, **facts})

    @atomic
    async def as_author(self) -> Author:
        """Give the author they publish as, made anew when it was deleted."""
        found = await Author.filter(id=self.author_id or 0).first()
        if found is None:
            found = await self._author(self.site_id, self.name, besides=self.mailbox)
            await User.filter(id=self.id).update(author_id=found.id)
            self.author_id = found.id
        return found

    async def speak(self, language: str) -> None:
        """Be written to in a language from now on."""
        if language != self.language:
            await User.filter(id=self.id).update(language=language)
            self.language = language

    @atomic
    async def retire(self) -> None:
        """Let somebody sign in no more; refuse when nobody would be left who may do everything."""
        await self._require_another_admin()
        await User.filter(id=self.id).update(retired_at=now())

    @atomic
    async def become(self, role: Role, *, by: Principal) -> None:
        """Trust somebody with more or with less."""
        require_power(by, self.role, role)
        if role is not Role.ADMIN:
            await self._require_another_admin()
        await User.filter(id=self.id).update(role=role)
        self.role = role
        pulse.tell(pulse.RoleChanged(user_id=self.id))
        await Audit.note(by, "user.role", self.id)

    @classmethod
    async def _author(cls, site_id: int, name: str, *, besides: str) -> Author:
        author = await Author.named(site_id, name)
        # Two who are one author would own each other's posts.
        if await cls.filter(author_id=author.id).exclude(mailbox=besides).exists():
            raise Taken("name")
        return author

    async def _require_another_admin(self) -> None:
        await lock_site(self.site_id)
        admins: list[Any] = await User.active().filter(role=Role.ADMIN).values_list("id", flat=True)
        if admins == [self.id]:
            raise Invalid("role", "Nobody would be left who may do everything; name another admin first.")


def require_power(by: Principal, *roles: Role) -> None:
    """Refuse to let a program give or take a role that may do more than it does."""
    if by.is_known and not all(OF_ROLE[role] <= by.scopes for role in roles):
        raise NotAllowed(Role.ADMIN)
