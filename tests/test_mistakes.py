"""The likeliest mistakes of a contributor, and the line that each must give: its cause, in words, and what to do."""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import pytest
import small_data
from small_data import Lines, Mistake, cell, column_sorted, described, row_lost, rows, text

from edition import data, problems
from edition.problems import Problem

TABLES = ("sources", "states", "resolutions", "votes", "council_memberships", "sponsorships", "fund_figures")
SOURCE = "a-hrc-res-37-23"  # the text that this study is about
MARKS = "<<<<<<< HEAD\n,\n=======\n,\n>>>>>>> other\n"


@pytest.fixture(scope="module")
def sound(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_data.cut(root / "data", tmp_path_factory.mktemp("small") / "data", TABLES)


@pytest.fixture
def package(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "data")


def told(package: Path) -> list[str]:
    """What ``make check`` tells of a package, and nothing of its caches."""
    data.package.cache_clear()
    try:
        return problems.report(data.check(package))
    except data.DataError as error:
        return str(error).splitlines()
    finally:
        data.package.cache_clear()


def without(column: str) -> Mistake:
    def lose(lines: Lines) -> Lines:
        place = lines[0].index(column)
        return [line[:place] + line[place + 1 :] for line in lines]

    return rows("votes", lose)


def named(old: str, new: str) -> Mistake:
    """Another name of a column, or another word among the names of votes."""
    return rows("votes", lambda lines: [[new if name == old else name for name in lines[0]], *lines[1:]])


def turned(old: str, new: str) -> Mistake:
    """Another vote, in the first roll call in which nobody cast it and somebody the ``old`` one."""

    def turn(lines: Lines) -> Lines:
        places = {name: place for place, name in enumerate(lines[0])}
        cast: dict[str, list[str]] = {}
        for line in lines[1:]:
            cast.setdefault(line[places["symbol"]], []).append(line[places["vote"]])
        text = next(symbol for symbol, votes in cast.items() if old in votes and (new in votes) is (new == "abstain"))
        row = next(line for line in lines if line[places["symbol"]] == text and line[places["vote"]] == old)
        row[places["vote"]] = new
        return lines

    return rows("votes", turn)


def spreadsheet(lines: Lines) -> Lines:
    return [[{"true": "TRUE", "false": "FALSE"}.get(value, value) for value in line] for line in lines]


def reference(**changes: str) -> Mistake:
    return described("votes", lambda table: table["schema"]["foreignKeys"][1]["reference"].update(changes))


# Each mistake, how it is made, and the line that tells of it, in which … stands for what depends on the record.
MISTAKES: dict[str, tuple[Mistake, str]] = {
    # The file as a whole
    "saved with semicolons": (
        lambda package: small_data.write(package, "votes", small_data.read(package, "votes"), ";"),
        "data/votes.csv, row 1: the columns are parted by semicolons. Save the file as CSV with commas "
        "between the cells.",
    ),
    "every comma replaced": (
        text("sources.csv", lambda all: all.replace(",", ";")),
        "data/sources.csv, row 1: the columns are parted by semicolons. Save the file as CSV with commas "
        "between the cells.",
    ),
    "saved with tabs": (
        lambda package: small_data.write(package, "states", small_data.read(package, "states"), "\t"),
        "data/states.csv, row 1: the columns are parted by tabs. Save the file as CSV with commas between the cells.",
    ),
    "saved on Windows": (
        text("votes.csv", lambda all: all.replace("\n", "\r\n")),
        "data/votes.csv, row 1: Windows line ends. Save the file with Unix line ends (LF).",
    ),
    "saved with a mark at the beginning": (
        text("votes.csv", lambda all: "\ufeff" + all),
        "data/votes.csv, row 1: the file starts with a byte-order mark. Save it as UTF-8 without BOM.",
    ),
    "saved in another encoding": (
        lambda package: (package / "states.csv").write_bytes(
            (package / "states.csv").read_text("utf-8").encode("latin-1", "replace")
        ),
        "data/states.csv, row …: not UTF-8 text. Save the file as UTF-8.",
    ),
    "saved as Unicode text": (
        lambda package: (package / "states.csv").write_bytes(
            (package / "states.csv").read_text("utf-8").encode("utf-16")
        ),
        "data/states.csv: the file is saved as UTF-16. Save it as UTF-8.",
    ),
    "no line end": (
        text("votes.csv", str.rstrip),
        "data/votes.csv, row …: the last line does not end. Add a line end.",
    ),
    "a file gone": (
        lambda package: (package / "votes.csv").unlink(),
        "data/votes.csv: the file is missing. Restore it, or take its table out of data/datapackage.json.",
    ),
    "an empty file": (
        text("votes.csv", lambda all: ""),
        "data/votes.csv: the file is empty. It needs at least the line of column names.",
    ),
    "every row gone": (
        rows("votes", lambda lines: lines[:1]),
        "data/votes.csv: no row stands below the names. Restore the rows.",
    ),
    "a conflict": (
        text("votes.csv", lambda all: all.replace("\n", f"\n{MARKS}", 1)),
        "data/votes.csv, row 2: two versions of these lines stand here: git left a conflict. Keep the right "
        "one, and take out the lines that begin with <<<<<<<, ======= and >>>>>>>.",
    ),
    # The line of names
    "the names gone": (
        rows("votes", lambda lines: lines[1:]),
        "data/votes.csv, row 1: the line of column names is missing. Its first line must be "
        "symbol,iso3,vote,regional_group,source_id,source_url,locator,confidence,note.",
    ),
    "a column moved": (
        rows("votes", lambda lines: [line[1:] + line[:1] for line in lines]),
        "data/votes.csv, row 1, column iso3: the columns stand in another order. Put them in the order of "
        "data/datapackage.json: symbol, iso3, vote, regional_group, source_id, source_url, locator, "
        "confidence, note.",
    ),
    "a column lost": (
        without("vote"),
        "data/votes.csv, row 1, column vote: the column is missing. Restore it.",
    ),
    "a column misspelt": (
        named("vote", "votes"),
        "data/votes.csv, row 1, column vote: the column is missing. Restore it, or its name: is it 'votes'?",
    ),
    "a blank after a name": (
        named("vote", "vote "),
        "data/votes.csv, row 1, column vote: the column is called 'vote '. Write 'vote'.",
    ),
    "a capital in a name": (
        named("vote", "Vote"),
        "data/votes.csv, row 1, column vote: the column is called 'Vote'. Write 'vote'.",
    ),
    "empty columns": (
        rows("states", lambda lines: [line + 113 * [""] for line in lines]),
        "data/states.csv, row 1: 113 column(s) without a name. Take the empty columns out, and the commas at "
        "the line ends.",
    ),
    "a column more": (
        rows("states", lambda lines: [[*line, "remark"] for line in lines]),
        "data/states.csv, row 1, column remark: data/datapackage.json describes no such column. Take it out, "
        "or describe it there.",
    ),
    # Rows
    "a row too short": (
        text("votes.csv", lambda all: all + "A/HRC/RES/37/23,AFG\n"),
        "data/votes.csv, row …: 2 cells, where there are 9 columns. An empty cell needs its comma.",
    ),
    "a comma in a cell": (
        text("votes.csv", lambda all: all.replace(",abstain,", ",abstain,, ", 1)),
        'data/votes.csv, row 8: 10 cells, where there are 9 columns. Put a cell that holds a comma between two ".',
    ),
    "a quotation mark not closed": (
        text("votes.csv", lambda all: all.replace(",abstain,", ',"abstain,', 1)),
        "data/votes.csv, row 8: quotation marks do not part the cells: one is never closed, or text follows "
        'the closing one. Put the whole cell between two ", and write a " within it twice.',
    ),
    "an empty line": (
        text("votes.csv", lambda all: all.replace("\n", "\n\n", 1)),
        "data/votes.csv, row 2: an empty line. Take it out.",
    ),
    "a row twice": (
        rows("sponsorships", lambda lines: [*lines, lines[1]]),
        "data/sponsorships.csv, row …, column symbol, sponsor has '…': row 2 has the same primary key. Keep "
        "one row for each; a second value belongs in data/conflicts.csv.",
    ),
    "rows out of order": (
        rows("votes", lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
        "data/votes.csv, row 2, column symbol, iso3 has '…': the row is not in the order of the primary key. Sort "
        "whole rows by their primary key: reviewers then see what changed, and nothing else.",
    ),
    "a source deleted": (
        row_lost("sources", "source_id", SOURCE),
        "data/sources.csv: no row has the source_id 'a-hrc-res-37-23', and … cite it. Restore it, or correct "
        "where it is cited.",
    ),
    "a State deleted": (
        row_lost("states", "iso3", "DEU"),
        "data/states.csv: no row has the iso3 'DEU', and … cite it. Restore it, or correct where it is cited.",
    ),
    "a column sorted alone": (
        column_sorted("votes", "iso3"),
        "data/votes.csv, column iso3: the column is in order by itself, and … do not fit any more: it was "
        "sorted without the others. Restore the file, and sort whole rows.",
    ),
    # Cells
    "a word misspelt": (
        cell("votes", 5, "vote", "abstian"),
        "data/votes.csv, row 5, column vote has 'abstian': none of yes, no, abstain, not_voting. Did you mean "
        "'abstain'?",
    ),
    "a cell left empty": (
        cell("votes", 5, "vote", ""),
        "data/votes.csv, row 5, column vote: empty, where every row has a value. Fill it with one of yes, no, "
        "abstain, not_voting.",
    ),
    "a code in small letters": (
        cell("votes", 5, "iso3", "deu"),
        "data/votes.csv, row 5, column iso3 has 'deu': not written as this column is. Write 'DEU'.",
    ),
    "a State that is none": (
        cell("votes", 5, "iso3", "XXX"),
        "data/votes.csv, row 5, column iso3 has 'XXX': no row of data/states.csv has this iso3. Register it "
        "there first, or correct the spelling.",
    ),
    "a source misspelt": (
        cell("fund_figures", 5, "source_id", SOURCE.replace("hrc", "rhc")),
        "data/fund_figures.csv, row 5, column source_id has 'a-rhc-res-37-23': no row of data/sources.csv has "
        "this source_id. Register it there first, or correct the spelling. Did you mean 'a-hrc-res-37-23'?",
    ),
    "a truth value of a spreadsheet": (
        cell("states", 2, "ldc", "TRUE"),
        "data/states.csv, row 2, column ldc has 'TRUE': a truth value is written true or false. Write true.",
    ),
    "a date of a spreadsheet": (
        cell("resolutions", 5, "date", "23/03/2018"),
        "data/resolutions.csv, row 5, column date has '23/03/2018': no day of the calendar, which is written "
        "YYYY-MM-DD. Write 2018-03-23.",
    ),
    "a date that may be two": (
        cell("resolutions", 5, "date", "3/4/2018"),
        "data/resolutions.csv, row 5, column date has '3/4/2018': no day of the calendar, which is written "
        "YYYY-MM-DD. Correct it.",
    ),
    "a number with signs between": (
        cell("fund_figures", 5, "value", "1_250_000"),
        "data/fund_figures.csv, row 5, column value has '1_250_000': a number is written with the digits 0 to "
        "9 and a point, 15 digits at the most. Write 1250000.",
    ),
    "a number with blanks between": (
        cell("fund_figures", 5, "value", "1 250 000"),
        "data/fund_figures.csv, row 5, column value has '1 250 000': a number is written with the digits 0 to "
        "9 and a point, 15 digits at the most. Write 1250000.",
    ),
    "digits of another script": (
        cell("fund_figures", 5, "value", "١٢"),
        "data/fund_figures.csv, row 5, column value has '١٢': a number is written with the digits 0 to 9 and "
        "a point, 15 digits at the most. Write 12.",
    ),
    "no number": (
        cell("fund_figures", 5, "value", "NaN"),
        "data/fund_figures.csv, row 5, column value has 'NaN': a number is written with the digits 0 to 9 and "
        "a point, 15 digits at the most. Correct it.",
    ),
    "a number beyond 64 bits": (
        cell("resolutions", 20, "n_cosponsors", 20 * "9"),
        "data/resolutions.csv, row 20, column n_cosponsors has '99999999999999999999': a whole number is "
        "written with the digits 0 to 9 alone, 18 at the most. Correct it.",
    ),
    "a blank after a cell": (
        cell("states", 5, "name", "Andorra "),
        "data/states.csv, row 5, column name has 'Andorra ': a blank before or after the text. Write 'Andorra'.",
    ),
    "a blank that does not break": (
        cell("states", 2, "sort_name", "Afghanistan,\xa0Islamic"),
        "data/states.csv, row 2, column sort_name has 'Afghanistan,\\xa0Islamic': a blank of another kind in "
        "it (U+00A0, no-break space). Write 'Afghanistan, Islamic'.",
    ),
    "an invisible sign": (
        cell("states", 5, "name", "Ando\u200brra"),
        "data/states.csv, row 5, column name has 'Ando\\u200brra': an invisible sign in it (U+200B, zero width "
        "space). Write 'Andorra'.",
    ),
    "two blanks": (
        cell("sources", 5, "title", "Letter of  the State"),
        "data/sources.csv, row 5, column title has 'Letter of  the State': two blanks in a row. Write 'Letter "
        "of the State'.",
    ),
    "an accent by itself": (
        cell("states", 5, "name", unicodedata.normalize("NFD", "Élysée")),
        "data/states.csv, row 5, column name has '…': an accent that is a sign of its own (not in Unicode's form "
        "NFC). Write 'Élysée'.",
    ),
    "an address without its beginning": (
        cell("sources", 5, "url", "www.un.org/x"),
        "data/sources.csv, row 5, column url has 'www.un.org/x': no address of a page, which begins with "
        "https:// or http:// and holds no blank. Copy the whole address from the browser.",
    ),
    "an address that is a script": (
        cell("votes", 5, "source_url", "javascript:void(0)"),
        "data/votes.csv, row 5, column source_url has 'javascript:void(0)': no address of a page, which "
        "begins with https:// or http:// and holds no blank. Copy the whole address from the browser.",
    ),
    "a wrong vote, the only one of its kind": (
        turned("yes", "no"),
        "data/votes.csv, row …, column vote has 'no': by the totals of … in data/resolutions.csv, this vote "
        "is yes. Write 'yes', or correct the totals.",
    ),
    "a wrong vote among others": (
        turned("yes", "abstain"),
        "data/votes.csv, column vote has 'abstain': by the totals of … in data/resolutions.csv, one of these "
        "… votes is yes: rows …. Write 'yes', or correct the totals.",
    ),
    # The descriptor
    "a conflict in the descriptor": (
        text("datapackage.json", lambda all: all.replace("\n", f"\n{MARKS}", 1)),
        "data/datapackage.json, row 2: two versions of these lines stand here: git left a conflict. Keep the "
        "right one, and take out the lines that begin with <<<<<<<, ======= and >>>>>>>.",
    ),
    "a comma forgotten": (
        text("datapackage.json", lambda all: all.replace('",\n', '"\n', 1)),
        "data/datapackage.json, line 3: not valid JSON (Expecting ',' delimiter). A sign is missing there, or "
        "just before, or one is too many.",
    ),
    "a type that is none": (
        described("votes", lambda table: table["schema"]["fields"][2].update(type="strnig")),
        "data/datapackage.json: table votes, column vote has the type 'strnig', which is none. Did you mean 'string'?",
    ),
    "a constraint that is none": (
        described("votes", lambda table: table["schema"]["fields"][2]["constraints"].update(enumm=[])),
        "data/datapackage.json: table votes, column vote has the constraint 'enumm', which is none. Did you "
        "mean 'enum'?",
    ),
    "a table without its columns": (
        described("votes", lambda table: table.pop("schema")),
        "data/datapackage.json: table votes has no schema. Describe it as the others are.",
    ),
    "a table renamed": (
        described("fund_figures", lambda table: table.update(name="fund_numbers")),
        "data/datapackage.json: table fund_numbers has the path 'fund_figures.csv'. A table has the name of "
        "its file: fund_numbers.csv in this folder.",
    ),
    "a key to no table": (
        reference(resource="stats"),
        "data/datapackage.json: table votes: a foreign key leads to 'stats', which is no table. Did you mean 'states'?",
    ),
}


@pytest.mark.parametrize(("mistake", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_in_one_line(package: Path, mistake: Mistake, expected: str) -> None:
    mistake(package)
    line, *rest = told(package)
    assert re.fullmatch(".*".join(map(re.escape, expected.split("…"))), line), line
    assert [other for other in rest if "may follow from this" not in other and "problem(s) in" not in other] == []


def test_the_sound_package_holds(package: Path) -> None:
    assert told(package) == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_each_table_saved_with_semicolons_is_told_once(root: Path, tmp_path: Path, by_hand: bool) -> None:
    package = shutil.copytree(root / "data", tmp_path / "data")
    tables = sorted(data.resources(package))
    for table in tables:
        if by_hand:
            text(f"{table}.csv", lambda all: all.replace(",", ";"))(package)
        else:
            small_data.write(package, table, small_data.read(package, table), ";")
    data.package.cache_clear()
    found = data.check(package)
    assert [problem.file for problem in found] == [f"data/{table}.csv" for table in tables]
    assert {problem.rule for problem in found} == {"the columns are parted by semicolons."}
    assert len(told(package)) <= problems.LINES


@pytest.mark.parametrize("part", ["name", "path", "schema"])
def test_a_table_half_described_ends_no_command_in_a_traceback(package: Path, part: str) -> None:
    """Whoever reads the descriptor before the check does is sent to it."""
    described("votes", lambda table: table.pop(part))(package)
    assert f"has no {part}." in told(package)[0]
    data.package.cache_clear()
    with pytest.raises(data.DataError, match="make check says which"):
        data.resources(package)


def test_many_of_one_kind_are_three_and_a_number(package: Path) -> None:
    rows("states", spreadsheet)(package)
    lines = told(package)
    assert len(lines) == 5
    assert re.fullmatch(r"  and \d+ more of this kind in data/states\.csv, to row \d+\.", lines[3])
    assert lines[4].endswith("problem(s) in 1 file(s).")


def test_a_report_is_never_longer_than_twenty_lines() -> None:
    many = [
        Problem(f"data/{n}.csv", row, "a", "x", f"rule {kind}") for n in range(9) for row in range(9) for kind in "ab"
    ]
    lines = problems.report(many)
    assert len(lines) <= problems.LINES
    assert lines[-1] == "162 problem(s) in 9 file(s)."
    assert all(any(f"data/{n}.csv" in line for line in lines) for n in range(8))


def test_what_follows_is_counted_not_told() -> None:
    cause = Problem("data/a.csv", 3, "b", "x", "wrong.")
    following = Problem("data/c.csv", 4, "d", "1", "does not add up.", follows=True)
    lines = problems.report([cause, following])
    assert lines == [str(cause), "1 more may follow from this: mend it, and run the same command again.", lines[-1]]


@pytest.mark.parametrize("sign", ["\xa0", "\u202f"])
def test_blanks_that_french_means_are_left(sign: str) -> None:
    assert data.well_written([f"Qu’est-ce{sign}?", f"«{sign}Le droit{sign}»", f"Le texte{sign}: suite"], "string")
    assert not data.well_written([f"de{sign}la"], "string")


def test_a_page_never_reads_what_the_check_refuses(package: Path) -> None:
    """One reader for all: a spreadsheet's TRUE is refused, and not read in two ways."""
    rows("states", spreadsheet)(package)
    for read in (data.load, data.rows, data.columns):
        with pytest.raises(data.DataError, match=r"data/states\.csv .*make check names the row"):
            read("states", package)
