"""The nouns of the publication, the questions asked of them and their verbs."""

from models import jobs, paging, text
from models.archive import ArchiveMonth, archive_months, count_posts, move_to_time_zone
from models.authors import Author
from models.bylines import Byline, Tagging
from models.clearing import clear
from models.comments import LONGEST as LONGEST_COMMENT
from models.comments import Comment, Fate, Writer
from models.counters import MonthCount
from models.engines.transactions import Unavailable
from models.errors import Changed, Invalid, NotFound, Refused, StoreError
from models.images import Image
from models.instants import now
from models.jobs import GiveUp, Job, Lane, TryLater, Work
from models.masthead import Masthead, MenuEntry, MenuTree, menu_entries, read_masthead
from models.menus import Entry, Menu, MenuItem, arrange
from models.pages import Page
from models.paths import Leads, leads, normal_path
from models.posts import Post, Wanted, count_due
from models.recount import recount
from models.redirects import LONGEST_PATH, Redirect, lead
from models.site import Site
from models.slugs import findable
from models.tags import Tag
from models.visibility import Status

__all__ = [
    "LONGEST_COMMENT",
    "LONGEST_PATH",
    "ArchiveMonth",
    "Author",
    "Byline",
    "Changed",
    "Comment",
    "Entry",
    "Fate",
    "GiveUp",
    "Image",
    "Invalid",
    "Job",
    "Lane",
    "Leads",
    "Masthead",
    "Menu",
    "MenuEntry",
    "MenuItem",
    "MenuTree",
    "MonthCount",
    "NotFound",
    "Page",
    "Post",
    "Redirect",
    "Refused",
    "Site",
    "Status",
    "StoreError",
    "Tag",
    "Tagging",
    "TryLater",
    "Unavailable",
    "Wanted",
    "Work",
    "Writer",
    "archive_months",
    "arrange",
    "clear",
    "count_due",
    "count_posts",
    "findable",
    "jobs",
    "lead",
    "leads",
    "menu_entries",
    "move_to_time_zone",
    "normal_path", "now",
    "paging",
    "read_masthead",
    "recount",
    "text",
]  # fmt: skip
