"""Accounts that bots are lent: what is read, and what comes back from a bot's own folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from vexa.bot_manager.accounts import Accounts
from vexa.contracts.bot import ACCOUNT_FILE
from vexa.contracts.errors import ConfigurationError

MEET = "google_meet"


def cookie(name: str, value: str, domain: str = ".google.com") -> dict[str, Any]:
    return {"name": name, "value": value, "domain": domain, "path": "/", "secure": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    state = {"cookies": [cookie("SID", "old")], "origins": []}
    (accounts / "google_meet.json").write_text(json.dumps(state))
    return accounts


@pytest.fixture
def work_dir(tmp_path: Path) -> Path:
    made = tmp_path / "bot"
    made.mkdir()
    return made


def kept(folder: Path) -> dict[str, str]:
    cookies = json.loads((folder / "google_meet.json").read_text())["cookies"]
    return {item["name"]: item["value"] for item in cookies}


async def test_what_a_browser_saved_is_read(folder: Path) -> None:
    account = await Accounts(folder).read(MEET)
    assert [(item.name, item.value) for item in account.cookies] == [("SID", "old")]
    assert "old" not in repr(account)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"cookies": []}', '{"cookies": [{"value": "secret"}]}']
)
async def test_a_file_that_is_no_account_says_so_and_shows_nothing(folder: Path, text: str) -> None:
    (folder / "google_meet.json").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        await Accounts(folder).read(MEET)
    assert "google_meet.json" in refused.value.detail
    assert "secret" not in refused.value.detail


async def test_only_platforms_with_a_file_and_an_adapter_have_accounts(folder: Path) -> None:
    (folder / "jitsi.json").write_text("{}")
    assert Accounts(folder).platforms == {MEET}
    assert Accounts(None).platforms == frozenset()
    assert Accounts(folder / "nowhere").platforms == frozenset()


async def test_what_a_bot_renewed_is_kept_for_the_next_one(folder: Path, work_dir: Path) -> None:
    left = [
        *(cookie("SID", "new"), cookie("OTHER", "x", "accounts.google.com")),
        *(cookie("BAD", "x", ".evil.example"), cookie("WORSE", "x", "notgoogle.com")),
    ]
    (work_dir / ACCOUNT_FILE).write_text(json.dumps({"cookies": left}))
    await Accounts(folder).take_back(MEET, work_dir)
    assert kept(folder) == {"SID": "new", "OTHER": "x"}
    assert (folder / "google_meet.json").stat().st_mode & 0o777 == 0o600
    assert os.listdir(folder) == ["google_meet.json"]


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        json.dumps({"cookies": []}),
        json.dumps({"cookies": [cookie("SID", "x", ".evil.example")]}),
        json.dumps({"cookies": [cookie("SID", "x" * 2_000_000)]}),
    ],
)
async def test_what_cannot_be_the_account_changes_nothing(
    folder: Path, work_dir: Path, text: str
) -> None:
    (work_dir / ACCOUNT_FILE).write_text(text)
    await Accounts(folder).take_back(MEET, work_dir)
    assert kept(folder) == {"SID": "old"}


@pytest.mark.parametrize("kind", ["none", "link", "pipe", "folder"])
async def test_only_a_file_of_the_bots_own_is_read(
    folder: Path, work_dir: Path, tmp_path: Path, kind: str
) -> None:
    left = work_dir / ACCOUNT_FILE
    if kind == "link":
        other = tmp_path / "other.json"
        other.write_text(json.dumps({"cookies": [cookie("SID", "another's")]}))
        left.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(left)
    elif kind == "folder":
        left.mkdir()
    await Accounts(folder).take_back(MEET, work_dir)
    assert kept(folder) == {"SID": "old"}
