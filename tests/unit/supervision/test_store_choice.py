"""Environments that operators really set: each leads to the right stores, or to one clear error."""

from __future__ import annotations

import os
import warnings

import pytest
from sqlalchemy import make_url

from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import load_settings
from vexa.kit.store_urls import masked
from vexa.supervision.settings import UpSettings
from vexa.supervision.store_choice import check_stores

PG = {"DATABASE_URL": "postgresql://user:pass@db:5432/vexa"}
RE = {"REDIS_URL": "redis://:pass@cache:6379/0"}
HOME = {"VEXA_HOME": "/var/lib/vexa"}
PG_CHOSEN = ("db", 5432, "user", "pass", "vexa")
REDIS_CHOSEN = "redis://:pass@cache:6379/0"


def read(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> UpSettings:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {**HOME, **environment}.items():
        monkeypatch.setenv(name, value)
    return load_settings(UpSettings)


def pg(
    url: str,
    host: str = "db",
    user: str = "user",
    password: str | None = "pass",
    name: str = "vexa",
    port: int | None = 5432,
) -> tuple[dict[str, str], tuple[object, ...]]:
    """One way to name Postgres, and what must come out of it."""
    return {"DATABASE_URL": url}, (host, port, user, password, name)


def parts(
    *,
    host: str = "db",
    port: int = 5432,
    user: str = "postgres",
    password: str | None = None,
    name: str = "vexa",
    **variables: str,
) -> tuple[dict[str, str], tuple[object, ...]]:
    """The same by separate variables."""
    return {"DB_HOST": host, **variables}, (host, port, user, password, name)


GOOD_DATABASES = {
    "as in the seed": pg("postgresql://user:pass@db:5432/vexa"),
    "short scheme": pg("postgres://user:pass@db:5432/vexa"),
    "scheme with a driver": pg("postgresql+psycopg2://user:pass@db:5432/vexa"),
    "no port": pg("postgresql://user:pass@db/vexa", port=None),
    "no password": pg("postgresql://user@db:5432/vexa", password=None),
    "empty password": pg("postgresql://user:@db:5432/vexa", password=None),
    "encoded slash, at and hash": pg("postgresql://user:a%2Fb%40c%23@db:5432/vexa",
                                     password="a/b@c#"),
    "raw at in the password": pg("postgresql://user:a@b@db:5432/vexa", password="a@b"),
    "raw percent in the password": pg("postgresql://user:50%off@db:5432/vexa", password="50%off"),
    "colon in the password": pg("postgresql://user:a:b@db:5432/vexa", password="a:b"),
    "plus is a plus": pg("postgresql://user:a+b@db:5432/vexa", password="a+b"),
    "unicode password": pg("postgresql://user:p%C3%A4ss@db:5432/vexa", password="päss"),
    "with sslmode": pg("postgresql://user:pass@db:5432/vexa?sslmode=require"),
    "with what only libpq knows": pg(
        "postgresql://user:pass@db:5432/vexa?sslmode=require&channel_binding=require"),
    "IPv6": pg("postgresql://user:pass@[fd00::1]:5432/vexa", host="fd00::1"),
    "no name of a database": pg("postgresql://user:pass@db:5432", name="vexa"),
    "spaces around it": pg("  postgresql://user:pass@db:5432/vexa  "),
    "host alone": parts(),
    "all separate": parts(DB_PORT="6000", DB_NAME="n", DB_USER="u", DB_PASSWORD="p",
                          port=6000, name="n", user="u", password="p"),
    "awkward separate password": parts(DB_PASSWORD="a/b@c#d?e%f:g h", password="a/b@c#d?e%f:g h"),
    "empty separate password": parts(DB_PASSWORD=""),
    "port of a linked service": parts(DB_PORT="tcp://10.0.0.7:5432"),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD_DATABASES, ids=list(GOOD_DATABASES))
def test_database_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    environment, chosen = GOOD_DATABASES[case]
    settings = read(monkeypatch, {**RE, **environment})
    check_stores(settings, set(os.environ), may_embed=False)
    url = make_url(settings.sqlalchemy_url)
    assert url.drivername == "postgresql+asyncpg"
    assert (url.host, url.port, url.username, url.password or None, url.database) == chosen


GOOD_REDIS = {
    "as in the seed": (RE, REDIS_CHOSEN),
    "no password": ({"REDIS_URL": "redis://cache:6379/0"}, "redis://cache:6379/0"),
    "TLS, account, database": (
        {"REDIS_URL": "rediss://u:p%40ss@cache:6380/3"},
        "rediss://u:p%40ss@cache:6380/3",
    ),
    "no port": ({"REDIS_URL": "redis://cache"}, "redis://cache"),
    "socket": ({"REDIS_URL": "unix:///run/redis.sock"}, "unix:///run/redis.sock"),
    "host alone": ({"REDIS_HOST": "cache"}, "redis://cache:6379/0"),
    "separate with a password": (
        {"REDIS_HOST": "cache", "REDIS_PORT": "6380", "REDIS_PASSWORD": "a/b@c#"},
        "redis://:a%2Fb%40c%23@cache:6380/0",
    ),
    "port of a linked service": (
        {"REDIS_HOST": "cache", "REDIS_PORT": "tcp://10.0.0.7:6379"},
        "redis://cache:6379/0",
    ),
    "a URL beside what a cluster adds for a service named redis": (
        {**RE, "REDIS_PORT": "tcp://10.0.0.7:6379", "REDIS_SERVICE_HOST": "10.0.0.7"},
        REDIS_CHOSEN,
    ),
}


@pytest.mark.parametrize("case", GOOD_REDIS, ids=list(GOOD_REDIS))
def test_redis_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    environment, chosen = GOOD_REDIS[case]
    settings = read(monkeypatch, {**PG, **environment})
    check_stores(settings, set(os.environ), may_embed=False)
    assert settings.bus_url == chosen


BAD = {
    "nothing at all": ({}, ["DATABASE_URL", "DB_HOST", "REDIS_URL", "REDIS_HOST"]),
    "database alone": (PG, ["REDIS_URL", "REDIS_HOST"]),
    "Redis alone": (RE, ["DATABASE_URL", "DB_HOST"]),
    "letters swapped": ({**RE, "DATABSE_URL": "x"}, ["DATABSE_URL", "DATABASE_URL"]),
    "URI for URL": ({**RE, "DATABASE_URI": "x"}, ["DATABASE_URI", "DATABASE_URL"]),
    "another server's name": ({**RE, "POSTGRES_URL": "x"}, ["POSTGRES_URL", "DATABASE_URL"]),
    "host's public URL": (
        {**RE, "DATABASE_PUBLIC_URL": "x"},
        ["DATABASE_PUBLIC_URL", "DATABASE_URL"],
    ),
    "hostname": ({**RE, "DB_HOSTNAME": "x"}, ["DB_HOSTNAME", "DB_HOST"]),
    "no underscore": ({**PG, "REDISHOST": "x"}, ["REDISHOST", "REDIS_HOST"]),
    "Redis URI": ({**PG, "REDIS_URI": "x"}, ["REDIS_URI", "REDIS_URL"]),
    "password without a host": ({**RE, "DB_PASSWORD": "x"}, ["DB_PASSWORD", "DB_HOST"]),
    "Redis password without a host": (
        {**PG, "REDIS_PASSWORD": "x"},
        ["REDIS_PASSWORD", "REDIS_HOST"],
    ),
    "MySQL": ({**RE, "DATABASE_URL": "mysql://u:p@db/vexa"}, ["DATABASE_URL", "postgresql://"]),
    "no scheme": ({**RE, "DATABASE_URL": "db:5432/vexa"}, ["DATABASE_URL", "postgresql://"]),
    "raw slash": ({**RE, "DATABASE_URL": "postgresql://u:a/b@db/v"}, ["DATABASE_URL", "%2F"]),
    "raw hash": ({**RE, "DATABASE_URL": "postgresql://u:a#b@db/v"}, ["DATABASE_URL", "%23"]),
    "raw question mark": ({**RE, "DATABASE_URL": "postgresql://u:a?b@db/v"}, ["DATABASE_URL"]),
    "digits before a raw slash": (
        {**RE, "DATABASE_URL": "postgresql://u:12/34@db/v"},
        ["DATABASE_URL", "%2F"],
    ),
    "port too large": ({**RE, "DATABASE_URL": "postgresql://u:p@db:99999/v"}, ["DATABASE_URL"]),
    "no host": ({**RE, "DATABASE_URL": "postgresql:///vexa"}, ["DATABASE_URL", "host"]),
    "sslmode of another kind": (
        {**RE, "DATABASE_URL": "postgresql://u:p@db/v?sslmode=on"},
        ["sslmode", "verify-full"],
    ),
    "file without a mount": ({**RE, "DATABASE_URL": "sqlite:////data/x.db"}, ["mount"]),
    "Redis over http": ({**PG, "REDIS_URL": "http://cache:6379"}, ["REDIS_URL", "rediss://"]),
    "Redis host without a scheme": ({**PG, "REDIS_URL": "cache:6379"}, ["REDIS_URL", "redis://"]),
    "Redis database by name": ({**PG, "REDIS_URL": "redis://cache/vexa"}, ["database number"]),
    "Redis raw hash": ({**PG, "REDIS_URL": "redis://:12#34@cache"}, ["REDIS_URL", "%23"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=list(BAD))
def test_what_cannot_be_meant_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    environment, told = BAD[case]
    settings = read(monkeypatch, environment)
    with pytest.raises(ConfigurationError) as refusal:
        check_stores(settings, set(os.environ), may_embed=False)
    for word in told:
        assert word in refusal.value.detail
    assert "\n" not in refusal.value.detail
    assert not any(secret in refusal.value.detail for secret in ("12", "a/b", "a#b", "u:p", "34"))


@pytest.mark.parametrize("name", ["DATABSE_URL", "POSTGRES_URL", "REDIS_URI", "DB_PASS"])
def test_a_mount_does_not_hide_a_misspelt_variable(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = read(monkeypatch, {name: "x"})
    with pytest.raises(ConfigurationError, match=name):
        check_stores(settings, set(os.environ), may_embed=True)


@pytest.mark.parametrize(("variable", "value"), [("DB_PORT", "many"), ("REDIS_DB", "-1")])
def test_a_value_of_the_wrong_kind_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        read(monkeypatch, {variable: value, "DB_HOST": "db", "REDIS_HOST": "cache"})


@pytest.mark.parametrize("environment", [{}, PG, RE, {"BASE_URL": "x", "PORT": "80"}])
def test_with_a_mount_what_is_not_named_is_embedded(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    settings = read(monkeypatch, environment)
    check_stores(settings, set(os.environ), may_embed=True)
    if "DATABASE_URL" not in environment:
        assert settings.sqlalchemy_url == "sqlite+aiosqlite:////var/lib/vexa/vexa.db"
    if "REDIS_URL" not in environment:
        assert settings.bus_url == "unix:///var/lib/vexa/run/redis.sock"


def test_the_url_wins_with_one_warning_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {**PG, **RE, "DB_HOST": "other", "DB_PASSWORD": "other"})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert make_url(settings.sqlalchemy_url).host == "db"
    assert [str(item.message) for item in caught] == [
        "DATABASE_URL and DB_HOST are both set; DATABASE_URL is used"
    ]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+asyncpg://u:a%2Fb@db:5432/v?ssl=require", "postgresql+asyncpg://u:****@db:5432/v?ssl=require"),
        ("redis://:p@cache:6379/0", "redis://:****@cache:6379/0"),
        ("redis://cache", "redis://cache"),
        ("postgresql://db/v?password=hidden&sslmode=require", "postgresql://db/v?sslmode=require"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("sqlite+aiosqlite:////var/lib/vexa/vexa.db", "sqlite+aiosqlite:////var/lib/vexa/vexa.db"),
    ],
)  # fmt: skip
def test_a_shown_url_has_no_secret(url: str, shown: str) -> None:
    assert masked(url) == shown
