"""What people and programs read of a scan or a leaderboard: data files, report.html, and the terminal."""

from revenuer.report.accounts import ACCOUNT_VERDICT_SCHEMA, accounts_table
from revenuer.report.certificate_json import certificate_json
from revenuer.report.contract import campaigns_json, json_bytes
from revenuer.report.directory import Content, check_replaceable, write_directory
from revenuer.report.page import data_block, render_page
from revenuer.report.progress import ConsoleProgress, Progress, SilentProgress
from revenuer.report.rank_answers import print_certificate, print_plan
from revenuer.report.rank_page import rank_page
from revenuer.report.rank_terminal import print_board
from revenuer.report.rigging_json import rigging_json
from revenuer.report.rigging_page import rigging_page
from revenuer.report.rigging_terminal import print_rigging
from revenuer.report.scan_page import scan_page
from revenuer.report.terminal import print_scan
from revenuer.report.write import SCAN_FILES, check_out, write_scan
from revenuer.report.write_rank import BOARD_FILES, check_board_out, write_board

__all__ = [
    "ACCOUNT_VERDICT_SCHEMA",
    "BOARD_FILES",
    "ConsoleProgress",
    "Content",
    "Progress",
    "SCAN_FILES",
    "SilentProgress",
    "accounts_table",
    "campaigns_json",
    "certificate_json",
    "check_board_out",
    "check_out",
    "check_replaceable",
    "data_block",
    "json_bytes",
    "print_board",
    "print_certificate",
    "print_plan",
    "print_rigging",
    "print_scan",
    "rank_page",
    "render_page",
    "rigging_json",
    "rigging_page",
    "scan_page",
    "write_board",
    "write_directory",
    "write_scan",
]
