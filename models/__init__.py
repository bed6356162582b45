"""The nouns of the publication, the questions asked of them and their verbs."""

from models import jobs, paging, pulse, text, webhooks
from models.addresses import Address
from models.archive import ArchiveMonth, archive_months, count_posts, move_to_time_zone
from models.audit import Audit
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
    NotAllowed,
    NotFound,
    Refused,
    StoreError,
    TooMany,
    Unproven,
)
from models.founding import found
from models.images import Image
from models.instants import now
from models.interests import Topic, described, known_topics, topic_code, topics_of
from models.invitations import invite
from models.jobs import GiveUp, Job, Lane, TryLater, Work
from models.keys import LIVES as LIVES_OF_KEYS
from models.keys import Key, KeyKind
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
from models.principals import NOBODY, OF_ROLE, Principal, Role, Scope, least_role
from models.purge import purge
from models.recount import recount
from models.redirects import LONGEST_PATH, Redirect, lead
from models.repeats import Repeat
from models.roster import Brought, Came, bring_in
from models.roster_lines import COLUMNS as ROSTER_COLUMNS
from models.roster_lines import Line as RosterLine
from models.roster_lines import Problem as RosterProblem
from models.roster_out import hand_out
from models.sign_ins import SignIn, answer_sign_in, own, owner_token, to_own
from models.signups import SignUp, answer_sign_up
from models.site import CommentPolicy, Site
from models.slugs import findable
from models.subscriptions import Frequency, Subscription, SubscriptionStatus
from models.suppressions import Scope as SuppressionScope
from models.suppressions import Suppression
from models.tags import Tag
from models.tokens import keyed_digest
from models.users import User
from models.visibility import Status
from models.wanted import Wanted
from models.web_addresses import NotCalled
from models.webhook_calls import CallState, HookEvent, WebhookCall
from models.webhooks import Heard, Webhook

__all__ = [
    "LIVES_OF_KEYS",
    "LONGEST_COMMENT",
    "LONGEST_PATH",
    "LONGEST_PERSISTED",
    "NOBODY",
    "OF_ROLE",
    "ROSTER_COLUMNS",
    "Act",
    "Address",
    "ArchiveMonth",
    "Audit",
    "Author",
    "Brought",
    "Byline",
    "CallState",
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
    "Frequency",
    "GiveUp",
    "Heard",
    "HookEvent",
    "Image",
    "Invalid",
    "Job",
    "Key",
    "KeyKind",
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
    "NotAllowed",
    "NotCalled",
    "NotFound",
    "Outcome",
    "Page",
    "PersistedDocument",
    "Post",
    "Principal",
    "Redirect",
    "Refused",
    "Repeat",
    "Role",
    "RosterLine",
    "RosterProblem",
    "Scope",
    "SignIn",
    "SignUp",
    "Site",
    "State",
    "Status",
    "StoreError",
    "Subscription",
    "SubscriptionStatus",
    "Suppression",
    "SuppressionScope",
    "Tag",
    "Tagging",
    "TooMany",
    "Topic",
    "Trace",
    "TryLater",
    "Unavailable",
    "Unproven",
    "User",
    "Wanted",
    "Webhook",
    "WebhookCall",
    "Work",
    "Writer",
    "answer_sign_in",
    "answer_sign_up",
    "archive_months",
    "arrange",
    "bring_in",
    "clear",
    "count_due",
    "count_posts",
    "described",
    "erase",
    "export",
    "findable",
    "forget",
    "found",
    "hand_out",
    "held_of",
    "invite",
    "jobs",
    "keyed_digest",
    "known_topics",
    "lead",
    "leads",
    "least_role",
    "menu_entries",
    "move_to_time_zone",
    "normal_path",
    "now",
    "own",
    "owner_token",
    "paging",
    "pulse",
    "purge",
    "read_masthead",
    "recount",
    "scrub",
    "settle",
    "suppress",
    "text",
    "to_own",
    "topic_code",
    "topics_of",
    "unsuppress",
    "webhooks",
]
