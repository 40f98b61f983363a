import re
from collections import Counter
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "glossary.md").read_text()
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def test_each_word_has_one_row() -> None:
    words = [word for row in ROW.findall(PAGE) for word in row.split(" / ")]
    assert len(words) > 50
    assert [word for word, count in Counter(words).items() if count > 1] == []
