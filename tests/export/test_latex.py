"""The LaTeX tables: their layout, their escapes, and whether pdfTeX sets them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import ranked
from tests.export.hostile_run import LATEX, hostile_run
from tests.export.worked_run import GRID, answer, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format
from workbench.export.export_run import export_run
from workbench.export.latex import CHARACTER, latex, latex_comment, latex_fragment, latex_label, latex_standalone
from workbench.storage.samples import load_card

WANTED = ExportRequest(formats=(Format.LATEX,))
PDFLATEX = shutil.which("pdflatex")


def test_a_grid_is_set_with_booktabs() -> None:
    text = "".join(latex_fragment([("run", "a_b")], [GRID], "dfew-a-b"))
    assert "\\caption{50 \\% \\& a \\textbar{} b}" in text
    assert "\\label{tab:dfew-a-b-comparison}" in text
    assert text.count("\\toprule") == text.count("\\bottomrule") == 1
    assert text.count("\\midrule") == 2
    assert (
        " & \\multicolumn{2}{c}{DFEW} & \\multicolumn{1}{c}{FERV39k} \\\\\n\\cmidrule(lr){2-3}\\cmidrule(lr){4-4}"
        in text
    )
    assert "C3D {[}56{]} & \\textbf{56.37} & 45.92 & -- \\\\" in text
    assert "\\textbf{mine} & \\textbf{1.00} & \\textbf{$-$2.00} &  \\\\" in text
    assert "One.\\\\\nTwo.\n\\end{minipage}" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b & 50% #1 ~^\\", r"a\_b \& 50\% \#1 \textasciitilde{}\textasciicircum{}\textbackslash{}"),
        ("{$x$}", r"\{\$x\$\}"),
        ("a--b", "a-{}-b"),
        ("[5pt] *", "{[}5pt{]} {*}"),
        ("naïve Ångström Łódź ß", r"na\"{i}ve \r{A}ngstr\"{o}m \L{}\'{o}d\'{z} \ss{}"),
        ("情", r"\emowbchar{60C5}{情}"),
        ("a\nb\t c", "a b c"),
    ],
)
def test_every_text_is_shown_and_none_is_run(text: str, shown: str) -> None:
    assert latex(text) == shown


@given(st.text())
def test_no_command_is_left_but_our_own(text: str) -> None:
    ours = r"\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|emowbchar|symbol|ldots|cdot"
    ours += r"|times|pm|circ|S|ss|o|O|ae|AE|oe|OE|l|L|[&%$#_{}]|[`'^~=u.\"rHvc](?=\{))"
    assert not re.search(r"\\", re.sub(ours, "", latex(text)))


def test_a_comment_is_one_line_of_ascii() -> None:
    assert latex_comment("run: a\n\\input{x} 情") == r"% run: a \input{x} \u60c5"


def test_a_label_holds_letters_digits_and_hyphens() -> None:
    assert latex_label("rafdb", LATEX, "…") == "rafdb-input-etc-passwd-a-b-50-1-x"


def test_the_standalone_document_holds_the_fragment(db: Database, tmp_path: Path) -> None:
    card = CARDS["rafdb"]
    run = answer(db, card, plan_run(db, card, {"a": "happy"}), {"a": ranked("happy")})
    fragment, standalone = export_run(db, card, run, tmp_path, WANTED)
    assert (fragment.name, standalone.name) == ("tables.tex", "tables-standalone.tex")
    assert "\\input{tables.tex}" in standalone.read_text()
    assert "\\documentclass" not in fragment.read_text()
    assert run.spec_hash in fragment.read_text()


@pytest.mark.slow
@pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("key", ["mine", "rafdb", "ravdess", "cmumosi"])
def test_pdflatex_sets_the_tables_of_a_hostile_run(db: Database, tmp_path: Path, key: str) -> None:
    if key == "mine":
        run = hostile_run(db)
    else:
        run = hostile_run(db, name=f"a_b & 50% #1 ~^\\ {'long ' * 60}情", card=CARDS[key])
    _, standalone = export_run(db, load_card(db, key), run, tmp_path, WANTED)
    command = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", standalone.name]
    done = subprocess.run(command, cwd=standalone.parent, capture_output=True, check=False)
    log = standalone.with_suffix(".log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert standalone.with_suffix(".pdf").stat().st_size > 10_000
    assert "root:x:0" not in log
    assert not re.findall(r"^! ", log, re.MULTILINE)
    assert "Missing character" not in log


def test_the_document_shows_chinese_letters_with_what_is_installed() -> None:
    document = latex_standalone("tables.tex")
    assert r"\IfFileExists{CJKutf8.sty}" in document
    assert r"\IfFontExistsTF{Noto Serif CJK SC}" in document
    assert document.index("CJKutf8") < document.index(r"\begin{document}")
    assert r"\emowbcjk{#2}" in CHARACTER
