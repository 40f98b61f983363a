import pytest

from vexa.contracts.errors import ConfigurationError
from vexa.kit.registry import Registry


def test_a_member_is_loaded_when_chosen() -> None:
    assert Registry[type]("thing", {"a": "vexa.kit.registry:Registry"}).load("a") is Registry


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="unknown thing 'c'; known: a, b"):
        Registry[object]("thing", {"b": "x:y", "a": "x:y"}).load("c")
