"""The nouns of the publication, the questions asked of them and their verbs."""

# `bare` comes before the first noun, and is needed for nothing else.
from models import bare, jobs, paging, pulse, sitemap, text, webhooks  # noqa: F401
from models.addresses import Address
from models.announcements import Announcement
from models.archive import (
    ArchiveMonth,
    archive_months,
    count_posts,
    cut_months,
    move_to_time_zone,
    set_time_zone,
)
from models.audit import Audit
from models.authors import Author
from models.backup import require_sound
from models.bounces import bounce, complain
from models.bylines import Byline, Tagging
from models.caps import Cap
from models.clearing import clear
from models.comment_edits import EDIT_LIFE, comment_to_edit, edit_comment, edit_token, retract_comment
from models.comment_letters import (
    attend_comment,
    comment_to_confirm,
    confirm_comment,
    decline_notices,
)
from models.comment_rules import Doubt, Draft, Rule, Screening, form_token, screen, still_open
from models.commenters import Commenter
from models.comments import Comment, Fate
from models.comparing import Line as DiffLine
from models.comparing import compare
from models.consents import BY_OPERATOR, Act, Consent, Trace
from models.content import Content, Format
from models.counters import MonthCount
from models.deliveries import Delivery, LetterKind, State
from models.digests import digest
from models.engines.transactions import Overtaken, Unavailable
from models.errors import (
    Changed,
    Closed,
    Expired,
    FellBehind,
    InUse,
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    StoreError,
    Taken,
    TooMany,
    Unproven,
)
from models.fan_outs import carry_issue
from models.files import Files, files_at
from models.founding import found, is_empty
from models.headcounts import Headcount, headcount, headcounts
from models.images import Image, draw_renditions, read_content
from models.instants import now
from models.interests import (
    Topic,
    described,
    known_topics,
    topic_code,
    topics_of,
    topics_of_each,
)
from models.invitations import invite
from models.issue_starts import announce_post, awaited, is_wanted, retry_issue
from models.issues import Issue, IssueKind, IssueStatus, Progress, progress_of
from models.jobs import GiveUp, Job, Lane, TryLater, Work
from models.keys import LIVES as LIVES_OF_KEYS
from models.keys import Key, KeyKind
from models.masthead import Masthead, MenuEntry, MenuTree, menu_entries, read_masthead, read_menus
from models.menus import DEEPEST as DEEPEST_MENU
from models.menus import Entry, Menu, MenuItem, arrange
from models.moderation import ModeratorLink, learn_spam, moderate, remove_comment, tell_moderators
from models.newsletters import Newsletter
from models.outcomes import Outcome, settle
from models.pages import Page
from models.paths import Leads, is_somewhere, leads, living_at, normal_path, place_of, shown_to
from models.pens import Pen, remind_of_pen, thank_for_pens
from models.persisted_documents import LONGEST as LONGEST_PERSISTED
from models.persisted_documents import PersistedDocument
from models.personal_data import erase, export, forget, held_of, scrub, suppress, unsuppress
from models.post_conditions import PostConditions
from models.posts import Post, count_due
from models.principals import NOBODY, OF_ROLE, Principal, Role, Scope, lacking
from models.purge import purge
from models.recount import recount
from models.redirects import LONGEST_PATH, Redirect, lead
from models.remarks import LONGEST as LONGEST_COMMENT
from models.remarks import Writer
from models.removals import delete_author, delete_newsletter, delete_tag, merge_tags
from models.repeats import Repeat
from models.revisions import Editor, Revision
from models.roster import Brought, Came, bring_in
from models.roster_lines import COLUMNS as ROSTER_COLUMNS
from models.roster_lines import Line as RosterLine
from models.roster_lines import Problem as RosterProblem
from models.roster_out import hand_out
from models.sign_ins import SignIn, answer_sign_in, own, owner_token, to_own
from models.signups import SignUp, answer_sign_up, ask_again
from models.site import CommentPolicy, Site, time_zones
from models.site_lock import lock_site
from models.slugs import findable
from models.subscriptions import Frequency, Subscription, SubscriptionStatus
from models.suppressions import Suppression, SuppressionScope
from models.tags import Tag
from models.tokens import keyed_digest
from models.trials import try_out
from models.users import User
from models.visibility import Status, is_visible
from models.web_addresses import NotCalled
from models.webhook_calls import CallState, HookEvent, WebhookCall
from models.webhooks import Heard, Webhook

__all__ = [
    "BY_OPERATOR",
    "DEEPEST_MENU",
    "EDIT_LIFE",
    "LIVES_OF_KEYS",
    "LONGEST_COMMENT",
    "LONGEST_PATH",
    "LONGEST_PERSISTED",
    "NOBODY",
    "OF_ROLE",
    "ROSTER_COLUMNS",
    "Act",
    "Address",
    "Announcement",
    "ArchiveMonth",
    "Audit",
    "Author",
    "Brought",
    "Byline",
    "CallState",
    "Came",
    "Cap",
    "Changed",
    "Closed",
    "Comment",
    "CommentPolicy",
    "Commenter",
    "Consent",
    "Content",
    "Delivery",
    "DiffLine",
    "Doubt",
    "Draft",
    "Editor",
    "Entry",
    "Expired",
    "Fate",
    "FellBehind",
    "Files",
    "Format",
    "Frequency",
    "GiveUp",
    "Headcount",
    "Heard",
    "HookEvent",
    "Image",
    "InUse",
    "Invalid",
    "Issue",
    "IssueKind",
    "IssueStatus",
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
    "ModeratorLink",
    "MonthCount",
    "Newsletter",
    "NotAllowed",
    "NotCalled",
    "NotFound",
    "Outcome",
    "Overtaken",
    "Page",
    "Pen",
    "PersistedDocument",
    "Post",
    "PostConditions",
    "Principal",
    "Progress",
    "Redirect",
    "Refused",
    "Repeat",
    "Revision",
    "Role",
    "RosterLine",
    "RosterProblem",
    "Rule",
    "Scope",
    "Screening",
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
    "Taken",
    "TooMany",
    "Topic",
    "Trace",
    "TryLater",
    "Unavailable",
    "Unproven",
    "User",
    "Webhook",
    "WebhookCall",
    "Work",
    "Writer",
    "announce_post",
    "answer_sign_in",
    "answer_sign_up",
    "archive_months",
    "arrange",
    "ask_again",
    "attend_comment",
    "awaited",
    "bounce",
    "bring_in",
    "carry_issue",
    "clear",
    "comment_to_confirm",
    "comment_to_edit",
    "compare",
    "complain",
    "confirm_comment",
    "count_due",
    "count_posts",
    "cut_months",
    "decline_notices",
    "delete_author",
    "delete_newsletter",
    "delete_tag",
    "described",
    "digest",
    "draw_renditions",
    "edit_comment",
    "edit_token",
    "erase",
    "export",
    "files_at",
    "findable",
    "forget",
    "form_token",
    "found",
    "hand_out",
    "headcount",
    "headcounts",
    "held_of",
    "invite",
    "is_empty",
    "is_somewhere",
    "is_visible",
    "is_wanted",
    "jobs",
    "keyed_digest",
    "known_topics",
    "lacking",
    "lead",
    "leads",
    "learn_spam",
    "living_at",
    "lock_site",
    "menu_entries",
    "merge_tags",
    "moderate",
    "move_to_time_zone",
    "normal_path",
    "now",
    "own",
    "owner_token",
    "paging",
    "place_of",
    "progress_of",
    "pulse",
    "purge",
    "read_content",
    "read_masthead",
    "read_menus",
    "recount",
    "remind_of_pen",
    "remove_comment",
    "require_sound",
    "retract_comment",
    "retry_issue",
    "screen",
    "scrub",
    "set_time_zone",
    "settle",
    "shown_to",
    "sitemap",
    "still_open",
    "suppress",
    "tell_moderators",
    "text",
    "thank_for_pens",
    "time_zones",
    "to_own",
    "topic_code",
    "topics_of",
    "topics_of_each",
    "try_out",
    "unsuppress",
    "webhooks",
]
