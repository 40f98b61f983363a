import pytest
from sqlalchemy import make_url

from vexa.contracts.errors import ConfigurationError
from vexa.kit import store_urls
from vexa.kit.settings import DatabaseSettings, RedisSettings

AWKWARD = "p@ss:w/rd#1?&%"
ENCODED = "p%40ss%3Aw%2Frd%231%3F%26%25"

DATABASES = [
    # url, host, port, database, user, password, ssl
    ("postgresql://user:pass@host:5432/vexa", "host", 5432, "vexa", "user", "pass", None),
    ("postgres://user:pass@host/vexa", "host", None, "vexa", "user", "pass", None),
    ("postgresql+psycopg2://u:p@h:1/d", "h", 1, "d", "u", "p", None),
    ("postgresql://user@host/vexa", "host", None, "vexa", "user", None, None),
    ("postgresql://user:@host/vexa", "host", None, "vexa", "user", None, None),
    (f"postgresql://u:{ENCODED}@h/d", "h", None, "d", "u", AWKWARD, None),
    ("postgresql://u:p@h/d?sslmode=require", "h", None, "d", "u", "p", "require"),
    ("postgresql://u:p@h/d?sslmode=require&channel_binding=require", "h", None, "d", "u", "p",
     "require"),
    ("postgresql://u:p@[::1]:5433/d", "::1", 5433, "d", "u", "p", None),
    ("  postgresql://u:p@h/d\n", "h", None, "d", "u", "p", None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "host", "port", "name", "user", "password", "ssl"), DATABASES)
def test_database_urls_of_every_host(
    url: str, host: str, port: int | None, name: str, user: str, password: str | None, ssl: str
) -> None:
    read = make_url(store_urls.database_url(url))
    assert read.drivername == "postgresql+asyncpg"
    assert (read.host, read.port, read.database) == (host, port, name)
    assert (read.username, read.password) == (user, password)
    assert read.query.get("ssl") == ssl
    assert "channel_binding" not in read.query


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:p@h/d",
        "host:5432/vexa",
        "",
        "postgresql://u:p@h:port/d",
        "postgresql://u:p@h/d?sslmode=maybe",
    ],
)
def test_a_wrong_database_url_is_refused_without_being_echoed(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        store_urls.database_url(url)
    assert "u:p" not in caught.value.detail


def test_sqlite_urls_get_the_async_driver() -> None:
    assert store_urls.database_url("sqlite:////data/v.db") == "sqlite+aiosqlite:////data/v.db"


@pytest.mark.parametrize(
    "url",
    ["redis://:password@host:6379/0", "rediss://user:p%40ss@host:6380/2", "unix:///run/redis.sock"],
)
def test_redis_urls_are_taken_whole(url: str) -> None:
    assert store_urls.redis_url(url) == url


@pytest.mark.parametrize("url", ["http://h", "host:6379", "redis://h:port/0"])
def test_a_wrong_redis_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        store_urls.redis_url(url)


def test_separate_variables_encode_awkward_passwords() -> None:
    settings = DatabaseSettings(db_host="h", db_port=5433, db_user="u", db_password=AWKWARD)
    read = make_url(settings.sqlalchemy_url)
    assert (read.host, read.port, read.database, read.password) == ("h", 5433, "vexa", AWKWARD)


def test_redis_from_separate_variables_keeps_the_password() -> None:
    settings = RedisSettings(redis_host="h", redis_password=AWKWARD, redis_db=3)
    assert settings.bus_url == f"redis://:{ENCODED}@h:6379/3"


def test_the_url_wins_over_separate_variables_with_a_warning_that_names_both() -> None:
    settings = DatabaseSettings(database_url="postgresql://u@a/d", db_host="b")
    with pytest.warns(UserWarning, match=r"DATABASE_URL and DB_HOST"):
        assert make_url(settings.sqlalchemy_url).host == "a"


def test_no_variables_mean_sqlite_and_the_embedded_redis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DATABASE_URL", "DB_HOST", "REDIS_URL", "REDIS_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert DatabaseSettings(vexa_home="/x").sqlalchemy_url == "sqlite+aiosqlite:////x/vexa.db"
    assert RedisSettings(vexa_home="/x").bus_url == "unix:///x/run/redis.sock"
