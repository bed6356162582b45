"""Rosters of subscribers as CSV files, ours and those of other programs."""

from gql_server.rosters.errors import RosterRefused
from gql_server.rosters.file import WESTERN, RosterFile, open_roster
from gql_server.rosters.report import Report
from gql_server.rosters.writing import header, row, whole_file

__all__ = ["WESTERN", "Report", "RosterFile", "RosterRefused", "header", "open_roster", "row", "whole_file"]
