"""The people of a Slack workspace, from `users.json`.

Full members are the vendor's people. Guests and people of other workspaces can be anyone: their
side stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.models import Participant
from indexer.readers.base import Source
from indexer.readers.text import parse_json

PROFILE_NAMES = ("real_name", "display_name", "name")
USERS = ("users.json", "org_users.json")


@dataclass
class Directory:
    """The people of the workspace by id, and the names of direct conversations."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    team: str = ""
    """The workspace's own team: the one most users are of."""
    private: set[str] = field(default_factory=set)

    named: dict[str, str] = field(default_factory=dict)
    """Names that messages give to people whom users.json lacks."""

    def name(self, user: str) -> str:
        known = name_of(self.people[user]) if user in self.people else ""
        return known or self.named.get(user, user)

    def add_profiles(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Take the names that messages carry of their own authors."""
        for message in messages:
            profile, user = message.get("user_profile"), message.get("user")
            if isinstance(profile, dict) and isinstance(user, str):
                shown = next((str(profile[n]) for n in PROFILE_NAMES if profile.get(n)), "")
                if shown:
                    self.named.setdefault(user, shown)


def is_directory(source: Source) -> bool:
    """True for a list of people, channels or the like, as an export has them."""
    if not source.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return False
    return b'"id"' in source.content or source.name not in USERS


def rows_of(source: Source) -> list[dict[str, Any]]:
    data = parse_json(source.content)
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def team_of(users: list[dict[str, Any]]) -> str:
    teams = [str(user.get("team_id") or "") for user in users]
    return max(sorted(set(teams)), key=teams.count) if teams else ""


def _profile(user: dict[str, Any]) -> dict[str, Any]:
    profile = user.get("profile")
    return profile if isinstance(profile, dict) else {}


def name_of(user: dict[str, Any]) -> str:
    profile = _profile(user)
    shown = (
        profile.get("real_name"),
        user.get("real_name"),
        profile.get("display_name"),
        user.get("name"),
    )
    return next((str(name).strip() for name in shown if name and str(name).strip()), "")


def people(source: Source) -> tuple[Participant, ...]:
    if source.name not in USERS:
        return ()
    users = rows_of(source)
    team = team_of(users)
    found = []
    for user in users:
        name = name_of(user)
        if name and not user.get("is_bot") and user.get("id") != "USLACKBOT":
            found.append(participant(user, name, team))
    return tuple(found)


def participant(user: dict[str, Any], name: str, team: str) -> Participant:
    guest = any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    other = bool(user.get("team_id")) and user.get("team_id") != team
    return Participant(
        name=name,
        email=str(_profile(user).get("email") or "").lower() or None,
        system_id=str(user.get("id") or "") or None,
        title=str(_profile(user).get("title") or "") or None,
        side=None if guest or other else "vendor",
        role="guest" if guest or other else "member",
    )
