"""`config` and `journal`: what is wrong is named by file, key and remedy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from terminal_agent.config import VARIABLE, default_path, find
from tests.cli.till import TERMINAL, Ran, Till, run_in

FULL = """
language = "en"
[policy]
single_limit = "250.00"
refund_window_days = 90
[slip]
merchant = ["Corner Shop", "Main Street 1"]
"""


def configured(folder: Path, text: str) -> Till:
    """A place with this configuration and nothing else."""
    return Till(folder, terminal=text, sales="")


def test_every_setting_is_shown_with_its_origin_and_no_password(tmp_path: Path) -> None:
    till = configured(tmp_path, FULL + TERMINAL + 'password = "123456"\n')
    ran = till.run("config", "show")
    assert ran.code == 0
    assert "123456" not in ran.out
    said = ran.said
    assert "terminal.till.password ******" in said
    assert "Corner Shop, Main Street 1" in said
    assert "policy.second_approver_above - (default)" in said
    assert "terminal.till.exclusive true" in said
    assert "None" not in said
    found = till.run("config", "show", "--json").json
    settings = found["settings"]
    assert isinstance(settings, dict)
    assert settings["policy.prefer_void"] == {"value": True, "from": "default"}
    assert settings["slip.merchant"]["value"] == ["Corner Shop", "Main Street 1"]
    assert settings["policy.single_limit"]["from"] == str(tmp_path / "config.toml")
    assert settings["terminal.till.password"]["value"] == "******"


def test_a_probed_profile_fills_what_the_file_leaves_open(tmp_path: Path) -> None:
    (tmp_path / "profiles.d").mkdir()
    probed = tmp_path / "profiles.d" / "till.toml"
    probed.write_text('profile = "card-complete"\ncapabilities_confirmed = ["L"]\nlink = "x"\n')
    till = configured(tmp_path, TERMINAL)
    settings = till.run("config", "show", "--json").json["settings"]
    assert isinstance(settings, dict)
    assert settings["terminal.till.profile"] == {"value": "card-complete", "from": str(probed)}
    assert settings["terminal.till.capabilities_confirmed"]["value"] == ["L", "N"]
    assert settings["terminal.till.link"]["value"] == "serial:/dev/nowhere"


def test_a_good_configuration_is_in_order(tmp_path: Path) -> None:
    ran = configured(tmp_path, FULL + TERMINAL).run("config", "check")
    assert (ran.code, ran.said) == (0, f"The configuration {tmp_path}/config.toml is in order.")


def test_a_sign_that_the_profile_does_not_declare_is_told(tmp_path: Path) -> None:
    ran = configured(tmp_path, TERMINAL.replace('["L", "N"]', '["L", "Q"]')).run("config", "check")
    assert ran.code == 0
    assert "does not declare Q, so confirming it has no effect" in ran.said


BAD = [
    ("x = " + "[" * 3000, "", "not correct TOML"),
    ("x = " + "9" * 5000, "", "not correct TOML"),
    ('[journal]\npath = "~nobody-here/a.db"\n' + TERMINAL, "journal.path", "no path"),
    ('[slip]\nfolder = "a\\u0000b"\n' + TERMINAL, "slip.folder", "no path"),
    (f'[policy]\nsingle_limit = "{"9" * 5000}"\n' + TERMINAL, "policy.single_limit", "EUR"),
    ("[terminal.till", "", "not correct TOML"),
    ("colour = 1\n", "colour", "not known"),
    (TERMINAL + 'colour = "red"\n', "terminal.till.colour", "not known"),
    ('[terminal.till]\nprotocol = "zvt"\n', "terminal.till.link", "missing"),
    ('[terminal.till]\nprotocol = 5\nlink = "x"\n', "terminal.till.protocol", "valid string"),
    (TERMINAL.replace("zvt", "fax"), "terminal.till.protocol", "zvt"),
    (TERMINAL + 'profile = "best"\n', "terminal.till.profile", "card-complete"),
    (TERMINAL.replace('"N"]', '"X"]'), "terminal.till.capabilities_confirmed.1", "'L'"),
    (TERMINAL + 'currency = "XXX"\n', "terminal.till.currency", "XXX"),
    (TERMINAL + 'password = "12a"\n', "terminal.till.password", "pattern"),
    (TERMINAL.replace("= true", '= "yes"'), "terminal.till.exclusive", "boolean"),
    (TERMINAL.replace("serial:/dev/nowhere", "usb"), "terminal.till.link", "serial:DEVICE"),
    ('[policy]\nsingle_limit = "12.3.4"\n' + TERMINAL, "policy.single_limit", "EUR"),
    ("[policy]\nsingle_limit = 250.0\n" + TERMINAL, "policy.single_limit", "string"),
    ("[policy]\nrefund_window_days = 0\n", "policy.refund_window_days", "greater"),
    ("[slip]\ncolumns = 40\n", "slip.columns", "32"),
    ("[time]\nscale = 0\n", "time.scale", "greater"),
    ('language = "fr"\n', "language", "'en'"),
    ("terminal = 5\n", "terminal", "dictionary"),
    ("[terminal]\ntill = 5\n", "terminal.till", "dictionary"),
]


@pytest.mark.parametrize(("text", "key", "words"), BAD, ids=[key or "syntax" for _, key, _ in BAD])
def test_what_is_wrong_is_named_by_file_key_and_remedy(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    ran = configured(tmp_path, text).run("config", "check")
    assert ran.code == 2
    assert "config.toml" in ran.said
    assert key in ran.said
    assert words in ran.said, ran.said
    assert "No money has moved." in ran.said
    assert "12a" not in ran.said  # a password is not even repeated where it is wrong
    doing = configured(tmp_path, text).run("refund", options=("--lang", "zh"))
    assert doing.code == 2
    assert key in doing.said


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('profile = "best"\n', "terminal.till.profile"),
        ('capabilities_confirmed = ["X"]\n', "terminal.till.capabilities_confirmed"),
        ("profile = \n", ""),
    ],
)
def test_what_is_wrong_in_a_probed_profile_is_named_there(
    tmp_path: Path, text: str, key: str
) -> None:
    (tmp_path / "profiles.d").mkdir()
    (tmp_path / "profiles.d" / "till.toml").write_text(text)
    bare = '[terminal.till]\nprotocol = "zvt"\nlink = "serial:COM1"\n'
    ran = configured(tmp_path, bare).run("config", "check")
    assert ran.code == 2
    assert "profiles.d/till.toml" in "".join(ran.said.split())
    assert key in ran.said


def test_a_missing_and_an_unreadable_file_are_2(tmp_path: Path) -> None:
    till = configured(tmp_path, TERMINAL)
    till.config.unlink()
    missing = till.run("config", "check")
    assert missing.code == 2
    assert "There is no configuration file" in missing.said
    till.config.mkdir()
    unreadable = till.run("config", "show", "--json")
    assert (unreadable.code, unreadable.error) == (2, "config.unreadable")
    till.config.rmdir()
    till.config.write_bytes(b"\xff\xfe")
    assert till.run("config", "show", "--json").error == "config.unreadable"


def test_the_language_is_the_options_then_the_files_then_the_environments(tmp_path: Path) -> None:
    till = configured(tmp_path, 'language = "zh"\n' + TERMINAL)
    assert "正确" in till.run("config", "check").said
    assert "in order" in till.run("config", "check", options=("--lang", "en")).said
    till.config.unlink()
    context = till.context("config", "check")
    context.environment = {"LANG": "zh_CN.UTF-8"}
    assert "配置文件" in run_in(context).err
    context = till.context("config", "check")
    context.environment = {"LANG": "de_AT.UTF-8"}
    assert "There is no configuration file" in run_in(context).err


def test_without_option_and_variable_the_platforms_own_folder_counts() -> None:
    assert find(None, {}) == default_path()
    assert default_path().name == "config.toml"
    assert find(None, {VARIABLE: "~/a.toml"}) == Path("~/a.toml").expanduser()
    assert find("b.toml", {VARIABLE: "a.toml"}) == Path("b.toml")


def test_the_journal_is_verified(till: Till) -> None:
    till.refund()
    ran = till.run("journal", "verify")
    assert ran.code == 0
    assert "the chain is whole" in ran.out
    assert till.run("journal", "verify", "--json").json["ok"] is True


def test_a_changed_journal_is_8_and_is_not_used(till: Till) -> None:
    till.refund()
    db = sqlite3.connect(till.folder / "journal.db")
    with db:
        db.execute("DROP TRIGGER IF EXISTS records_are_not_changed")
        names = [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        ]
        for name in names:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE records SET payload = replace(payload, 'Anna', 'Emma') WHERE seq > 1")
    db.close()
    ran = till.run("journal", "verify", "--json")
    assert (ran.code, ran.error) == (8, "journal.corrupt")
    assert till.run("cases", "show", "RF-20261124-0001").code == 8


def test_a_second_agent_on_the_same_journal_is_8(till: Till) -> None:
    with till.journal():
        ran = till.refund()
    assert (ran.code, ran.error) == (8, "journal.locked")
    assert till.bookings == []


def test_a_terminal_whose_name_no_file_can_have_has_no_probed_profile(tmp_path: Path) -> None:
    text = TERMINAL.replace("[terminal.till]", f"[terminal.{'a' * 300}]")
    assert configured(tmp_path, text).run("config", "check").code == 0


NEXO = '[terminal.t]\nprotocol = "nexo"\nlink = "tcp:127.0.0.1:9000"\n'


def _checked(folder: Path, more: str) -> Ran:
    till = Till(folder)
    till.config.write_text(NEXO + more, encoding="utf-8")
    return till.run("config", "check")


def test_an_option_that_the_protocol_has_not_is_named(tmp_path: Path) -> None:
    ran = _checked(tmp_path, 'options = { lane = "1" }\n')
    assert ran.code == 2
    assert "nexo has no option 'lane'" in ran.said
    assert "passphrase, poi_id, sale_id" in ran.said


def test_a_kind_of_terminal_that_needs_a_passphrase_says_so(tmp_path: Path) -> None:
    sealed = 'profile = "json-local-encrypted"\n'
    ran = _checked(tmp_path, sealed + 'options = { poi_id = "P-1" }\n')
    assert ran.code == 2
    assert "the option 'passphrase' is missing" in ran.said
    secret = 'options = { passphrase = "key:1:open sesame" }\n'
    assert _checked(tmp_path, sealed + secret).code == 0


def test_options_are_shown_but_no_passphrase(tmp_path: Path) -> None:
    till = Till(tmp_path)
    options = 'options = { passphrase = "key:1:open sesame", sale_id = "LANE7" }\n'
    till.config.write_text(NEXO + options, encoding="utf-8")
    ran = till.run("config", "show")
    assert "LANE7" in ran.out
    assert "sesame" not in ran.out
