"""The nouns of the publication, the questions asked of them and their verbs."""

from models import jobs, paging, pulse, text
from models.addresses import Address
from models.archive import ArchiveMonth, archive_months, count_posts, move_to_time_zone
from models.authors import Author
from models.bylines import Byline, Tagging
from models.clearing import clear
from models.comments import LONGEST as LONGEST_COMMENT
from models.comments import Comment, Fate, Writer
from models.consents import Act, Consent, Trace
from models.counters import MonthCount
from models.deliveries import Delivery, LetterKind, State
from models.engines.transactions import Unavailable
from models.errors import (
    Changed,
    Closed,
    Expired,
    FellBehind,
    Invalid,
    NotFound,
    Refused,
    StoreError,
    TooMany,
    Unproven,
)
from models.files import Files, files_at
from models.founding import found
from models.images import Image, draw_renditions
from models.instants import now
from models.interests import Topic, described, known_topics, topic_code, topics_of
from models.jobs import GiveUp, Job, Lane, TryLater, Work
from models.masthead import Masthead, MenuEntry, MenuTree, menu_entries, read_masthead
from models.menus import Entry, Menu, MenuItem, arrange
from models.newsletters import Newsletter
from models.outcomes import Outcome, settle
from models.pages import Page
from models.paths import Leads, leads, normal_path
from models.persisted_documents import LONGEST as LONGEST_PERSISTED
from models.persisted_documents import PersistedDocument
from models.personal_data import erase, export, forget, held_of, scrub, suppress, unsuppress
from models.posts import Post, count_due
from models.purge import purge
from models.recount import recount
from models.redirects import LONGEST_PATH, Redirect, lead
from models.repeats import Repeat
from models.roster import Brought, Came, bring_in
from models.roster_lines import COLUMNS as ROSTER_COLUMNS
from models.roster_lines import Line as RosterLine
from models.roster_lines import Problem as RosterProblem
from models.roster_out import hand_out
from models.signups import SignUp, answer_sign_up
from models.site import CommentPolicy, Site
from models.slugs import findable
from models.subscriptions import Frequency, Subscription, SubscriptionStatus
from models.suppressions import Scope, Suppression
from models.tags import Tag
from models.tokens import keyed_digest
from models.visibility import Status
from models.wanted import Wanted

__all__ = [
    "LONGEST_COMMENT",
    "LONGEST_PATH",
    "LONGEST_PERSISTED",
    "ROSTER_COLUMNS",
    "Act",
    "Address",
    "ArchiveMonth",
    "Author",
    "Brought",
    "Byline",
    "Came",
    "Changed",
    "Closed",
    "Comment",
    "CommentPolicy",
    "Consent",
    "Delivery",
    "Entry",
    "Expired",
    "Fate",
    "FellBehind",
    "Files",
    "Frequency",
    "GiveUp",
    "Image",
    "Invalid",
    "Job",
    "Lane",
    "Leads",
    "LetterKind",
    "Masthead",
    "Menu",
    "MenuEntry",
    "MenuItem",
    "MenuTree",
    "MonthCount",
    "Newsletter",
    "NotFound",
    "Outcome",
    "Page",
    "PersistedDocument",
    "Post",
    "Redirect",
    "Refused",
    "Repeat",
    "RosterLine",
    "RosterProblem",
    "Scope",
    "SignUp",
    "Site",
    "State",
    "Status",
    "StoreError",
    "Subscription",
    "SubscriptionStatus",
    "Suppression",
    "Tag",
    "Tagging",
    "TooMany",
    "Topic",
    "Trace",
    "TryLater",
    "Unavailable",
    "Unproven",
    "Wanted",
    "Work",
    "Writer",
    "answer_sign_up",
    "archive_months",
    "arrange",
    "bring_in",
    "clear",
    "count_due",
    "count_posts",
    "described",
    "draw_renditions",
    "erase",
    "export",
    "files_at",
    "findable",
    "forget",
    "found",
    "hand_out",
    "held_of",
    "jobs",
    "keyed_digest",
    "known_topics",
    "lead",
    "leads",
    "menu_entries",
    "move_to_time_zone",
    "normal_path",
    "now",
    "paging",
    "pulse",
    "purge",
    "read_masthead",
    "recount",
    "scrub",
    "settle",
    "suppress",
    "text",
    "topic_code",
    "topics_of",
    "unsuppress",
]
