"""Counts and agreement, against figures computed another way."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from edition import analysis, data

VOTES = pd.DataFrame(
    [
        ("one", "AAA", "yes"),
        ("one", "BBB", "abstain"),
        ("one", "CCC", "not_voting"),
        ("two", "AAA", "yes"),
        ("two", "BBB", "no"),
        ("two", "DDD", "no"),
    ],
    columns=["symbol", "iso3", "vote"],
)


def test_tally_keeps_zeros() -> None:
    assert analysis.tally(VOTES).to_dict("index") == {
        "one": {"yes": 1, "no": 0, "abstain": 1, "not_voting": 1},
        "two": {"yes": 1, "no": 2, "abstain": 0, "not_voting": 0},
    }


def test_the_tallies_of_the_record_are_the_official_totals(root: Path) -> None:
    """Every roll call of the package, counted, against the totals that the texts state."""
    texts = data.load("resolutions", root / "data").query("roll_call == 'full'").set_index("symbol")
    counted = analysis.tally(data.load("votes", root / "data"))
    assert len(counted) == len(texts)
    for symbol, row in counted.iterrows():
        stated = texts.loc[symbol, analysis.VOTES]
        assert row.astype("Int64").to_dict() == {vote: stated[vote] for vote in analysis.VOTES}, symbol


def test_side_by_side_leaves_a_gap_where_a_state_had_no_seat() -> None:
    table = analysis.side_by_side(VOTES, ["two", "one"])
    assert list(table.columns) == ["two", "one"]
    assert table.loc["AAA"].tolist() == ["yes", "yes"]
    assert pd.isna(table.loc["DDD", "one"])


def test_moves_are_of_those_who_voted_on_both() -> None:
    moved = analysis.moves(VOTES, "one", "two").set_index("iso3")
    assert moved.index.tolist() == ["AAA", "BBB"]
    assert moved.changed.tolist() == [False, True]
    assert (moved.before["BBB"], moved.after["BBB"]) == ("abstain", "no")


def _by_hand(first: list[int], second: list[int], ordinal: bool) -> float:
    """Krippendorff's alpha of two coders without gaps, from the coincidence matrix of his own description."""
    values = sorted({*first, *second})
    matrix = np.zeros((len(values), len(values)))
    for pair in zip(first, second, strict=True):
        for one, other in permutations(pair):
            matrix[values.index(one), values.index(other)] += 1
    totals = matrix.sum(axis=1)

    def distance(i: int, j: int) -> float:
        if not ordinal:
            return float(i != j)
        low, high = min(i, j), max(i, j)
        return float((totals[low : high + 1].sum() - (totals[low] + totals[high]) / 2) ** 2)

    cells = [(i, j) for i in range(len(values)) for j in range(len(values))]
    observed = sum(matrix[i, j] * distance(i, j) for i, j in cells)
    expected = sum(totals[i] * totals[j] * distance(i, j) for i, j in cells) / (totals.sum() - 1)
    return float(1 - observed / expected)


@pytest.mark.parametrize(("field", "level"), [("stance", "ordinal"), ("theme", "nominal")])
def test_alpha_equals_the_textbook(field: str, level: analysis.Level, root: Path) -> None:
    codings = data.load("position_codings", root / "data")
    wide = codings.pivot(index="position_id", columns="coder", values=field)
    if level == "nominal":
        rank = {word: number for number, word in enumerate(sorted(set(codings[field])))}
        wide = wide.apply(lambda column: column.map(rank))
    by_hand = _by_hand([*wide["first"].astype(int)], [*wide["second"].astype(int)], ordinal=level == "ordinal")
    assert analysis.alpha(codings, field, level) == pytest.approx(by_hand)


def test_agreement_on_stance_is_high_and_its_interval_holds_it(root: Path) -> None:
    codings = data.load("position_codings", root / "data")
    positions = data.load("positions", root / "data").set_index("position_id")
    value = analysis.alpha(codings, "stance", "ordinal")
    low, high = analysis.bootstrap_alpha(
        codings, "stance", "ordinal", positions.iso3.fillna(positions.actor), samples=200
    )
    assert round(value, 2) == 0.92
    assert low < value < high


def test_whole_actors_are_drawn() -> None:
    """With one cluster every draw is the sample itself, so that the interval shrinks to the value."""
    codings = pd.DataFrame(
        {"position_id": list("aabbcc"), "coder": ["x", "y"] * 3, "stance": [1, 1, 2, 1, -2, -2]},
    )
    value = analysis.alpha(codings, "stance", "ordinal")
    low, high = analysis.bootstrap_alpha(codings, "stance", "ordinal", pd.Series("one", index=list("abc")), samples=5)
    assert low == high == pytest.approx(value)


def test_a_missing_coding_is_refused() -> None:
    codings = pd.DataFrame({"position_id": ["a", "a", "b"], "coder": ["x", "y", "x"], "stance": [1, 1, 2]})
    with pytest.raises(ValueError, match="every coder"):
        analysis.alpha(codings, "stance", "ordinal")


def test_wilson_gives_the_intervals_of_the_literature() -> None:
    """Values of R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    for successes, trials, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert analysis.wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        analysis.wilson(0, 0)


def test_decimal_years_place_what_is_known_only_in_part_in_its_middle() -> None:
    dates = pd.Series(["1949-03-04", "1949-03", "1949"])
    assert analysis.decimal_years(dates).tolist() == [1949.17, 1949.20, 1949.5]


def test_lanes_keep_marks_apart_and_count_from_the_middle() -> None:
    when = pd.Series([1950.0, 1950.2, 1950.4, 1950.4, 1952.0])
    groups = pd.Series(["a", "a", "a", "b", "a"])
    assert analysis.lanes(when, groups, gap=1.0) == [0, 1, -1, 0, 0]


def test_clusters_that_agree_in_themselves_widen_the_interval() -> None:
    ok = pd.Series([True] * 30 + [False] * 10)
    alone = analysis.cluster_interval(ok, pd.Series([f"S{n}" for n in range(40)]))
    together = analysis.cluster_interval(ok, pd.Series(["A"] * 10 + ["B"] * 10 + ["C"] * 10 + ["D"] * 10))
    assert alone == pytest.approx(analysis.wilson(30, 40), abs=0.03)
    assert together == (0.25, 1.0)
    with pytest.raises(ValueError, match="nothing"):
        analysis.cluster_interval(ok[:0], ok[:0].astype(str))


def test_parties_by_year_take_withdrawals_off_in_the_year_they_take_effect() -> None:
    acts = pd.DataFrame(
        [
            ("AAA", "CAT", "party", "1987-04-01", pd.NA),
            ("BBB", "CAT", "party", "1988", pd.NA),
            ("BBB", "CAT", "signature", "1986", pd.NA),
            ("BBB", "CAT", "withdrawal", "1988-12-01", 1989),
            ("AAA", "CRC", "party", "1989", pd.NA),
        ],
        columns=["iso3", "treaty", "effect", "date", "effective_year"],
    ).astype({"effective_year": "Int64"})
    found = analysis.parties_by_year(acts, ["CRC", "CAT", "CED"], 1986, 1989)
    assert found.columns.tolist() == [1986, 1987, 1988, 1989]
    assert found.to_numpy().tolist() == [[0, 0, 0, 1], [0, 1, 2, 1], [0, 0, 0, 0]]


def test_sources_of_rows_are_named_once_and_in_order() -> None:
    first = pd.DataFrame({"source_id": ["b", "a", None, "b"]})
    assert analysis.sources_of(first, pd.DataFrame({"source_id": ["c", "a"]})) == ["b", "a", "c"]


# Two camps, and one State that votes with the second: by hand, alike within a camp, never across.
CAMPS = pd.DataFrame(
    [
        (f"text {number}", iso3, "Group", vote)
        for number in range(6)
        for iso3, vote in (("AAA", "yes"), ("BBB", "no"), ("CCC", "yes"), ("DDD", "no"), ("EEE", "no"))
    ],
    columns=["symbol", "iso3", "regional_group", "vote"],
)


def test_each_two_members_that_voted_stand_in_both_orders() -> None:
    votes = VOTES.assign(regional_group="Group")
    pairs = analysis.voting_pairs(votes)
    found = {(row.symbol, row.iso3, row.iso3_b): row.same for row in pairs.itertuples()}
    agreed = {("two", "BBB", "DDD"): True, ("two", "AAA", "BBB"): False, ("two", "AAA", "DDD"): False}
    agreed |= {("one", "AAA", "BBB"): False}  # CCC did not vote
    assert found == agreed | {(symbol, other, one): same for (symbol, one, other), same in agreed.items()}


def test_two_blocks_are_those_that_vote_alike() -> None:
    blocks = analysis.two_blocks(CAMPS, least=3)
    assert [sorted(block) for block in blocks] == [["BBB", "DDD", "EEE"], ["AAA", "CCC"]]


def test_pairs_with_few_common_votes_do_not_count() -> None:
    """One more State, alike with the first camp on its one common text, joins last: its agreement is not known."""
    seldom = pd.DataFrame([("text 0", "FFF", "Group", "yes")], columns=CAMPS.columns)
    assert ["FFF"] in analysis.two_blocks(pd.concat([CAMPS, seldom]), least=3)
    assert ["AAA", "CCC", "FFF"] in [
        sorted(block) for block in analysis.two_blocks(pd.concat([CAMPS, seldom]), least=1)
    ]


def test_redrawn_blocks_are_the_same_for_a_seed_and_stable_for_clear_camps() -> None:
    sides = analysis.redrawn_blocks(CAMPS, least=1, repeats=20)
    assert sides.shape == (20, 5)
    assert sides["AAA"].all()
    assert (sides["CCC"] & ~sides["BBB"] & ~sides["DDD"] & ~sides["EEE"]).all()
    odd = CAMPS.assign(vote=lambda f: f.vote.mask((f.iso3 == "CCC") & f.symbol.isin(["text 0", "text 1"]), "abstain"))
    assert analysis.redrawn_blocks(odd, 1, 20).equals(analysis.redrawn_blocks(odd, 1, 20))


def test_the_change_of_votes_is_parted_into_members_and_seats() -> None:
    """A changed from abstention to against; B left and C came, both with a vote of their own."""
    table = pd.DataFrame(
        {"one": ["abstain", "yes", None, "no"], "two": ["no", None, "yes", "no"]}, index=["AAA", "BBB", "CCC", "DDD"]
    )
    change = analysis.seat_changes(table, "one", "two").set_index("vote")
    assert change.loc["no"].to_dict() == {"members": 1, "seats": 0}
    assert change.loc["abstain"].to_dict() == {"members": -1, "seats": 0}
    assert change.loc["yes"].to_dict() == {"members": 0, "seats": 0}
    table.loc["CCC", "two"] = "no"
    change = analysis.seat_changes(table, "one", "two").set_index("vote")
    assert change.loc["no"].to_dict() == {"members": 1, "seats": 1}
    assert change.loc["yes"].to_dict() == {"members": 0, "seats": -1}
    assert change["members"].sum() == 0, "a member that changed leaves one kind for another"


def test_paragraphs_are_matched_by_idea_across_texts() -> None:
    """PP1 lives on; PP2 and PP3 are merged; the later text adds one; what points forward is not followed."""
    rows = [
        ("37/23", "preamble", 1, "PP1", "Charter", "a", "46/13 PP1"),
        ("37/23", "preamble", 2, "PP2", "Dialogue", "b", "46/13 PP2"),
        ("37/23", "preamble", 3, "PP3", "Future", "c", "46/13 PP2"),
        ("37/23", "operative", 1, "1", "Study", "d", None),
        ("46/13", "preamble", 1, "PP1", "Charter again", "a2", "37/23 PP1; new words"),
        ("46/13", "preamble", 2, "PP2", "Both", "bc", "37/23 PP2 and PP3, merged"),
        ("46/13", "operative", 1, "1", "Pandemic", "e", "new; not in 37/23"),
    ]
    columns = ["text", "kind", "number", "paragraph", "subject", "paraphrase", "same_idea_in"]
    ideas = analysis.same_ideas(pd.DataFrame(rows, columns=columns)).fillna("-")
    assert ideas.to_numpy().tolist() == [
        ["Charter", "a", "PP1", "PP1"],
        ["Dialogue", "b", "PP2", "PP2"],
        ["Future", "c", "PP3", "PP2"],
        ["Study", "d", "1", "-"],
        ["Pandemic", "e", "-", "1"],
    ]


def test_a_difference_can_vanish_within_groups() -> None:
    """Members sit where all are in favour, the others where none are: all of the difference is one of groups."""
    rows = [("east", True, True)] * 3 + [("east", False, True)] + [("west", True, False)] + [("west", False, False)] * 3
    group, member, favour = (pd.Series(column) for column in zip(*rows, strict=True))
    assert analysis.differences(favour, member, group) == (0.5, 0.0)


def test_a_difference_within_groups_is_weighted_and_may_be_missing() -> None:
    rows = [("a", True, True), ("a", False, False)] + [("b", True, True)] * 2 + [("b", False, True)] * 2
    group, member, favour = (pd.Series(column) for column in zip(*rows, strict=True))
    crude, within = analysis.differences(favour, member, group)
    assert crude == pytest.approx(1 / 3)
    assert within == pytest.approx((1 * 0.5 + 0 * 1) / 1.5)
    assert np.isnan(analysis.differences(favour, member, member.map({True: "in", False: "out"}))[1])
    with pytest.raises(ValueError, match="members and others"):
        analysis.differences(favour, favour.notna(), group)


BERKELEY = pd.DataFrame(  # admissions of 1973: P. Bickel, E. Hammel and J. O'Connell, Science 187 (1975)
    [
        (512, 313, 89, 19),
        (353, 207, 17, 8),
        (120, 205, 202, 391),
        (138, 279, 131, 244),
        (53, 138, 94, 299),
        (22, 351, 24, 317),
    ],
    columns=["yes", "no", "other_yes", "other_no"],
)


def test_the_odds_ratio_is_that_of_r() -> None:
    """``mantelhaen.test(UCBAdmissions)`` prints 0.9046968 with 0.7719074 to 1.0603298."""
    found = analysis.mantel_haenszel(BERKELEY)
    assert found[:3] == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=5e-8)
    assert (found.informative, found.strata) == (6, 6)


def test_a_stratum_without_information_changes_nothing_but_the_count() -> None:
    """One kind of case alone, or one outcome alone: libraries answer nan, or shift zeros and answer otherwise."""
    idle = pd.DataFrame([(0, 0, 5, 3), (4, 2, 0, 0), (7, 0, 9, 0), (0, 0, 0, 0)], columns=BERKELEY.columns)
    found = analysis.mantel_haenszel(pd.concat([BERKELEY, idle], ignore_index=True))
    assert found[:3] == analysis.mantel_haenszel(BERKELEY)[:3]
    assert (found.informative, found.strata) == (6, 10)


@pytest.mark.parametrize("rows", [[], [(7, 0, 9, 0)], [(5, 0, 2, 3)]])
def test_no_odds_ratio_is_made_up(rows: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="no odds ratio"):
        analysis.mantel_haenszel(pd.DataFrame(rows, columns=BERKELEY.columns))


def test_the_expected_share_takes_the_rates_of_the_others() -> None:
    counts = pd.DataFrame(
        [
            ("weak", True, 3, 1),
            ("weak", False, 80, 20),
            ("strong", True, 1, 0),
            ("strong", False, 1, 3),
            ("own", True, 2, 0),
        ],
        columns=["kind", "ours", "accepted", "noted"],
    )
    cells = analysis.strata(counts, ["kind"], "ours", "accepted", "noted")
    assert cells.loc["own"].tolist() == [2, 0, 0, 0]
    assert analysis.expected_share(cells) == (pytest.approx((4 * 0.8 + 1 * 0.25) / 5), 5)
    with pytest.raises(ValueError, match="no stratum"):
        analysis.expected_share(cells.loc[["own"]])


def test_whole_clusters_are_drawn() -> None:
    values, one = pd.Series([1.0, 1.0, 0.0, 0.0]), pd.Series(["a", "a", "b", "b"])
    assert analysis.cluster_mean(values, one) == (0, 1)
    assert analysis.cluster_mean(values, pd.Series(["a", "b", "a", "b"])) == (0.5, 0.5)
    with pytest.raises(ValueError, match="nothing"):
        analysis.cluster_mean(values[:0], one[:0])


def test_the_counted_responses_hold_the_recommendations_on_assistance(root: Path) -> None:
    """Two tables speak of the same recommendations: each combination has the same number in both."""
    by = ["action_category", "regional_group", "recommending_group"]
    counted = data.load("upr_responses", root / "data").query("technical_assistance")
    listed = data.load("upr_recommendations", root / "data")
    placed = dict.fromkeys(("PSE", "VAT"), "observer")
    listed["recommending_group"] = listed.recommending_group.fillna(listed.recommending_iso3.map(placed))
    listed["recommending_group"] = listed.recommending_group.fillna("unknown")
    each = pd.crosstab([listed[column] for column in by], listed.response)
    assert counted.set_index(by)[["accepted", "noted"]].to_dict("index") == each.to_dict("index")
