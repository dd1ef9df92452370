"""Text is read as what it is, or refused; a decision that could be wrong is said."""

from pathlib import Path

import pytest

from workbench.errors import DataError, UsageError
from workbench.importers.files.text_encoding import TextReading, text_reading
from workbench.importers.files.text_rows import text_rows

CHINESE = "name,text\n1,我不想嫁给你\n2,我只是想让你知道\n"
UMLAUTS = "name;text\n1;Bäcker müde; \n2;für Größe\n"


def read(tmp_path: Path, data: bytes, encoding: str | None = None) -> tuple[list[list[str]], TextReading]:
    (tmp_path / "t.csv").write_bytes(data)
    with text_reading(encoding) as reading:
        return list(text_rows(tmp_path / "t.csv")), reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_every_width_is_read_without_a_word(tmp_path: Path, encoding: str) -> None:
    rows, reading = read(tmp_path, CHINESE.encode(encoding))
    assert rows[1] == ["1", "我不想嫁给你"]
    assert (reading.notes, reading.doubts) == ({}, {})


@pytest.mark.parametrize(
    ("text", "encoding", "name", "cell"),
    [(CHINESE, "gbk", "GB18030", "我不想嫁给你"), (UMLAUTS, "cp1252", "Windows-1252", "Bäcker müde")],
)
def test_what_can_be_told_is_read_and_said(tmp_path: Path, text: str, encoding: str, name: str, cell: str) -> None:
    rows, reading = read(tmp_path, text.encode(encoding))
    assert rows[1][1] == cell
    assert f"read as {name}" in next(iter(reading.notes))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("naïve señor größe Müller", "cp1252"),
        ("Zażółć gęślą jaźń", "cp1250"),
        ("Привет как дела", "cp1251"),
        ("çok güzel teşekkürler", "cp1254"),
        ("我很開心今天", "big5"),
        ("とても嬉しいです", "shift_jis"),
        ("とても嬉しいです", "euc_jp"),
        ("오늘은 정말 행복해요 그리고 감사합니다", "euc_kr"),
        ("Bäcker", "mac_roman"),
    ],
)
def test_what_cannot_be_told_is_refused_until_it_is_named(tmp_path: Path, text: str, encoding: str) -> None:
    data = f"name,text\n1,{text}\n".encode(encoding)
    with pytest.raises(DataError, match=r"cannot be told: line 2 would read .*--encoding cp1252"):
        read(tmp_path, data)
    assert read(tmp_path, data, encoding)[0][1] == ["1", text]


def test_one_bad_byte_in_a_table_of_utf8_spoils_itself(tmp_path: Path) -> None:
    data = CHINESE.encode() + "3,你".encode()[:-1] + b"\n4,\xff\n" + "5,对\n6,对\n".encode()
    rows, reading = read(tmp_path, data)
    assert rows[5] == ["5", "对"]
    assert "lines 4, 5 are read as" in next(iter(reading.doubts))
    ascii_rows = b"".join(b"%d,x\n" % number for number in range(200))
    assert "lines 201" in next(iter(read(tmp_path, ascii_rows + b"200,\xff\xff\xff\n")[1].doubts))


def test_an_encoding_that_does_not_fit_or_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not big5 throughout"):
        read(tmp_path, b"a,\xff\n", "big5")
    with pytest.raises(UsageError, match="unknown encoding 'latin-99'"):
        read(tmp_path, b"a,b\n", "latin-99")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "Git LFS pointer.*git lfs pull"),
        (b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"PK\x03\x04....", "a spreadsheet or an archive"),
    ],
)
def test_a_file_that_is_something_else_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(tmp_path, data)
