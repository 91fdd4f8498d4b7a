"""Counts and agreement: what chapters compute more than once, over frames that they loaded themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

VOTES = ["yes", "no", "abstain", "not_voting"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]


def tally(votes: pd.DataFrame, by: str | list[str] = "symbol") -> pd.DataFrame:
    """Count ``votes`` (one row a vote) by ``by``: one column each for yes, no, abstain and not_voting, zeros kept."""
    counts = votes.groupby(by, observed=True).vote.value_counts().unstack(fill_value=0)
    return counts.reindex(columns=VOTES, fill_value=0).astype(int)


def side_by_side(votes: pd.DataFrame, symbols: Sequence[str]) -> pd.DataFrame:
    """Return one row a State (index ``iso3``) and one column a text of ``symbols``; missing where it had no seat."""
    chosen = votes[votes.symbol.isin(symbols)]
    return chosen.pivot(index="iso3", columns="symbol", values="vote").reindex(columns=list(symbols))


def moves(votes: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Return the States that voted on both texts: ``iso3``, their vote on ``first`` and on ``second``, ``changed``."""
    both = side_by_side(votes, [first, second]).dropna().set_axis(["before", "after"], axis=1).reset_index()
    return both.assign(changed=both.before != both.after)


def voting_pairs(votes: pd.DataFrame) -> pd.DataFrame:
    """Return each two members that both voted on a text, in both orders, and whether they voted the ``same``.

    ``votes`` has one row a member and text (``symbol``, ``iso3``, ``vote``, ``regional_group`` and whatever else is of
    use); rows of ``not_voting`` are left out. The other member's columns end in ``_b``.
    """
    cast = votes[votes.vote != "not_voting"]
    other = cast[["symbol", "iso3", "vote", "regional_group"]]
    pairs = cast.merge(other, on="symbol", suffixes=("", "_b")).query("iso3 != iso3_b")
    return pairs.assign(same=pairs.vote == pairs.vote_b)


def two_blocks(votes: pd.DataFrame, least: int) -> list[list[str]]:
    """Split the States of ``votes`` into two blocks, the larger first, by how often they cast the same vote.

    ``votes`` has one row a State and text (``iso3``, ``symbol``, ``vote``: yes, no or abstain). Method: average-linkage
    clustering; the two clusters with the highest mean agreement of their pairs are joined until two are left. Pairs
    with fewer than ``least`` common votes do not count. Within a block States stand in the order of joining.
    """
    states, sat, alike = _ballots(votes)
    found = _join(sat, alike, np.ones(sat.shape[1]), least)
    return sorted(([states[number] for number in cluster] for cluster in found), key=len, reverse=True)


def redrawn_blocks(votes: pd.DataFrame, least: int, repeats: int, seed: int = 37) -> pd.DataFrame:
    """Repeat `two_blocks` on as many texts drawn with replacement: does a State stand with the first, in each draw?

    Returns one row a draw and one column a State (``iso3``), true where it stands in the block of the first column.
    """
    states, sat, alike = _ballots(votes)
    texts = sat.shape[1]
    draws = np.random.default_rng(seed).multinomial(texts, np.full(texts, 1 / texts), repeats)
    firsts = [set(_join(sat, alike, draw, least)[0]) for draw in draws]
    return pd.DataFrame([[number in first for number in range(len(states))] for first in firsts], columns=states)


def _ballots(votes: pd.DataFrame) -> tuple[list[str], np.ndarray, list[np.ndarray]]:
    """Return the States, who voted on which text (one row a State, one column a text), and the same for each vote."""
    grid = votes.pivot(index="iso3", columns="symbol", values="vote")
    return list(grid.index), grid.notna().to_numpy(float), [(grid == vote).to_numpy(float) for vote in VOTES[:3]]


def _join(sat: np.ndarray, alike: list[np.ndarray], times: np.ndarray, least: int) -> list[list[int]]:
    """Join clusters of States until two are left; ``times`` says how often each text counts."""
    clusters = [[number] for number in range(len(sat))]
    common = (sat * times) @ sat.T
    pairs = (common >= least) * (1 - np.eye(len(sat)))  # of each two clusters, how many pairs count
    total = pairs * sum((vote * times) @ vote.T for vote in alike) / np.maximum(common, 1)  # their agreement, summed
    while len(clusters) > 2:
        mean = np.where(pairs > 0, total / np.maximum(pairs, 1), -1.0) - 3 * np.eye(len(clusters))
        kept, gone = sorted(divmod(int(np.round(mean, 9).argmax()), len(clusters)))
        clusters[kept] += clusters.pop(gone)
        merge = np.delete(np.eye(len(pairs)), gone, axis=0)  # adds the row of the one to the row of the other
        merge[kept, gone] = 1
        total, pairs = merge @ total @ merge.T, merge @ pairs @ merge.T
    return clusters


def seat_changes(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Part the change of the votes from one text to the next by where it comes from.

    ``table`` has one row a State and one column a text, missing where the State had no seat (see `side_by_side`).
    Returns one row a kind of vote: ``vote``, ``members`` (the change, in votes, through States that had a seat at both
    texts) and ``seats`` (the change through seats that passed to other States).
    """
    counts = table[[first, second]].apply(lambda column: column.value_counts()).reindex(VOTES).fillna(0).astype(int)
    stayed = table[[first, second]].dropna()
    of_stayed = stayed.apply(lambda column: column.value_counts()).reindex(VOTES).fillna(0).astype(int)
    members, total = of_stayed[second] - of_stayed[first], counts[second] - counts[first]
    return pd.DataFrame({"vote": VOTES, "members": members.to_numpy(), "seats": (total - members).to_numpy()})


def same_ideas(provisions: pd.DataFrame) -> pd.DataFrame:
    """Match the paragraphs of related texts by idea: one row an idea, in the order in which the texts bring them up.

    ``provisions`` has one row a paragraph: ``text`` (such as 37/23; sorted, it gives the order of the texts), ``kind``
    (preamble or operative), ``number``, ``paragraph``, ``subject``, ``paraphrase`` and ``same_idea_in``, which names
    the counterparts (``37/23 PP14 and PP15; 43/21 para 3``). Returns ``subject`` and ``paraphrase`` of the text that
    has the idea first, and one column a text with the paragraph, missing where the text lacks the idea.
    """
    counterpart = re.compile(r"(\d+/\d+) (?:para )?(PP\d+|\d+)(?: and (PP\d+))?")
    texts = sorted(set(provisions["text"]))
    first_place: dict[tuple[str, str], tuple[str, str]] = {}
    ideas: dict[tuple[str, str], dict[str, str]] = {}
    in_order = provisions.sort_values(["text", "kind", "number"], ascending=[True, False, True])
    for row in in_order.fillna({"same_idea_in": ""}).to_dict("records"):
        here = (row["text"], row["paragraph"])
        named = [(text, part) for text, *parts in counterpart.findall(row["same_idea_in"]) for part in parts if part]
        for place in [place for place in named if place[0] < row["text"]] or [here]:
            origin = first_place.get(place, place)
            first_place.setdefault(here, origin)
            ideas.setdefault(origin, {"subject": row["subject"], "paraphrase": row["paraphrase"]})[here[0]] = here[1]
    return pd.DataFrame(list(ideas.values())).reindex(columns=["subject", "paraphrase", *texts])


def alpha(codings: pd.DataFrame, field: str, level: Level) -> float:
    """Return Krippendorff's alpha of the coders' values of ``field``, at a level of measurement.

    ``codings`` has one row a unit and coder (``position_id``, ``coder``, ``field``). Method: K. Krippendorff, Content
    Analysis, as implemented by the package krippendorff. Raises ``ValueError`` when a unit lacks a coder.
    """
    import krippendorff

    return float(krippendorff.alpha(reliability_data=_units(codings, field), level_of_measurement=level))


def _units(codings: pd.DataFrame, field: str) -> np.ndarray:
    """Return the codings as numbers, one row a coder and one column a unit; words become the number of their rank."""
    units = codings.pivot(index="coder", columns="position_id", values=field)
    if units.isna().to_numpy().any():
        raise ValueError(f"every position needs {field} from every coder before agreement can be measured")
    if not pd.api.types.is_numeric_dtype(codings[field]):
        rank = {word: number for number, word in enumerate(sorted(set(codings[field])))}
        units = units.apply(lambda column: column.map(rank))
    return units.to_numpy(dtype=float)


def bootstrap_alpha(
    codings: pd.DataFrame,
    field: str,
    level: Level,
    clusters: pd.Series[str],
    samples: int = 1000,
    seed: int = 37,
) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of `alpha` over ``samples`` draws with replacement.

    What is drawn are whole clusters (``clusters``: the cluster of each ``position_id``, such as its actor), since the
    positions of one actor are not independent of each other.
    """
    import krippendorff

    values = _units(codings, field)
    cluster_of = clusters.reindex(sorted(set(codings.position_id)))
    members = [np.flatnonzero(cluster_of.to_numpy() == name) for name in cluster_of.unique()]
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(samples):
        drawn = np.concatenate([members[i] for i in generator.integers(0, len(members), size=len(members))])
        if len(np.unique(values[:, drawn])) > 1:  # alpha is not defined where all values are one
            found.append(krippendorff.alpha(reliability_data=values[:, drawn], level_of_measurement=level))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, both ends between 0 and 1.

    It takes trials as independent; where they come in clusters, say so beside the interval. Raises ``ValueError`` when
    there were no trials. Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927).
    """
    if not trials:
        raise ValueError("a share of nothing has no interval")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, widened = successes / trials, 1 + z**2 / trials
    middle = share + z**2 / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (middle - reach) / widened, (middle + reach) / widened


def cluster_interval(
    successes: pd.Series[bool], clusters: pd.Series[str], samples: int = 2000, seed: int = 37
) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of a share over ``samples`` draws of whole clusters with replacement.

    ``successes`` has one row a trial, ``clusters`` the cluster of each: trials of one State are not independent of each
    other, so that `wilson` would be too narrow. Both ends are between 0 and 1. Raises ``ValueError`` when there were no
    trials.
    """
    if successes.empty:
        raise ValueError("a share of nothing has no interval")
    return cluster_mean(successes.astype(float), clusters, samples, seed)


def strata(counts: pd.DataFrame, by: Sequence[str], mark: str, yes: str, no: str) -> pd.DataFrame:
    """Sum ``counts`` into one 2 x 2 table a stratum, for `expected_share` and `mantel_haenszel`.

    ``counts`` has one row a kind of case: the columns ``by`` that define the strata, ``mark`` (true for the cases in
    question, false for those they are compared with) and two counts, ``yes`` and ``no``. Returns one row a stratum with
    ``yes``, ``no``, ``other_yes`` and ``other_no``; a combination that does not occur is zero.
    """
    summed = counts.groupby([*by, mark])[[yes, no]].sum().unstack(fill_value=0)
    columns = {"yes": (yes, True), "no": (no, True), "other_yes": (yes, False), "other_no": (no, False)}
    absent = pd.Series(0, index=summed.index)
    return pd.DataFrame({name: summed.get(column, absent) for name, column in columns.items()}).astype(int)


def expected_share(strata: pd.DataFrame) -> tuple[float, int]:
    """Return the share of yes that the cases in question would have at the rates of the others, and how many count.

    Direct standardization: the rate of the others in each row of ``strata`` (see `strata`), weighted by the cases in
    question there. Strata that hold no others are left out, which is why the number of cases is given as well. Raises
    ``ValueError`` when no stratum holds both.
    """
    cases, others = strata.yes + strata.no, strata.other_yes + strata.other_no
    shared = strata[(cases > 0) & (others > 0)]
    if shared.empty:
        raise ValueError("no stratum holds both the cases in question and others")
    weight, rate = cases[shared.index], shared.other_yes / others[shared.index]
    return float((weight * rate).sum() / weight.sum()), int(weight.sum())


class OddsRatio(NamedTuple):
    """A pooled odds ratio with its interval, how many strata inform it, and of how many."""

    ratio: float
    low: float
    high: float
    informative: int
    strata: int


def mantel_haenszel(strata: pd.DataFrame, level: float = 0.95) -> OddsRatio:
    """Return the odds ratio of Mantel and Haenszel over ``strata`` (see `strata`), with its interval at ``level``.

    A stratum informs only if it holds both kinds of cases and both outcomes; the others are left out, since to shift
    their zeros would invent cases. One ratio stands for all strata only where they are alike: show them beside it. The
    cases are taken as independent. Variance: J. Robins, N. Breslow and S. Greenland, Biometrics 42 (1986). Raises
    ``ValueError`` when no stratum informs, or when the ratio is zero or without bound.
    """
    a, b, c, d = (strata[name].to_numpy(float) for name in ("yes", "no", "other_yes", "other_no"))
    informs = np.minimum.reduce([a + b, c + d, a + c, b + d]) > 0
    a, b, c, d = (cell[informs] for cell in (a, b, c, d))
    total = a + b + c + d
    with_it, against_it, fitting, unfitting = a * d / total, b * c / total, (a + d) / total, (b + c) / total
    over, under = with_it.sum(), against_it.sum()
    if not over or not under:
        raise ValueError("no odds ratio: the strata that inform leave one side empty")
    variance = (
        (fitting * with_it).sum() / (2 * over**2)
        + (fitting * against_it + unfitting * with_it).sum() / (2 * over * under)
        + (unfitting * against_it).sum() / (2 * under**2)
    )
    reach = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(variance)
    ratio = float(over / under)
    low, high = (ratio * math.exp(sign * reach) for sign in (-1, 1))
    return OddsRatio(ratio, low, high, int(informs.sum()), len(strata))


def cluster_mean(
    values: pd.Series[float], clusters: pd.Series[str], samples: int = 2000, seed: int = 37
) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of the mean of ``values`` over draws of whole clusters with replacement.

    ``values`` has one row a case, ``clusters`` the cluster of each, for cases that are not independent of each other.
    Raises ``ValueError`` when there are no cases.
    """
    if values.empty:
        raise ValueError("a mean of nothing has no interval")
    sums = values.groupby(clusters.to_numpy()).agg(["sum", "count"]).to_numpy(float)
    draws = np.random.default_rng(seed).integers(0, len(sums), size=(samples, len(sums)))
    drawn = sums[draws].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(low), float(high)


def parties_by_year(acts: pd.DataFrame, treaties: Sequence[str], first: int, last: int) -> pd.DataFrame:
    """Return the States parties at the end of each year: one row a treaty, one column a year, withdrawals taken off.

    ``acts`` are rows of ``treaty_acts``: an act that makes a State a party counts from the year of its date, a
    withdrawal from the year in which it takes effect. Acts before ``first`` are left out.
    """
    joined = acts[acts.effect == "party"]
    joining = joined.groupby(["treaty", joined.date.str[:4].astype(int)]).size()
    leaving = acts[acts.effect == "withdrawal"].groupby(["treaty", "effective_year"]).size()
    years = range(first, last + 1)
    changes = [
        counts.unstack(fill_value=0).reindex(index=list(treaties), columns=years) for counts in (joining, leaving)
    ]
    gained, lost = (change.fillna(0).astype(int) for change in changes)
    return (gained - lost).cumsum(axis=1)


def sources_of(*frames: pd.DataFrame) -> list[str]:
    """Return the source of each row of ``frames``, once, in the order of the rows: what stands behind a figure."""
    return list(dict.fromkeys(source for frame in frames for source in frame.source_id.dropna()))


def differences(favour: pd.Series[bool], member: pd.Series[bool], group: pd.Series[str]) -> tuple[float, float]:
    """Return by how much the share in favour is larger among ``member`` than among the others: in all, and in groups.

    The three have one row a vote, in the same order; both results lie between -1 and 1. The second is the mean of the
    differences in those groups that have rows of both kinds, each weighted by the product of the two numbers over their
    sum, the weight of least variance when shares vary alike. It is missing where no group has both kinds. Raises
    ``ValueError`` when all are members, or none is.
    """
    if member.nunique() < 2:
        raise ValueError("a difference needs members and others")
    shares = favour.groupby([group, member]).agg(["mean", "size"]).unstack().dropna()
    inside, outside = shares["size", True], shares["size", False]
    weight = inside * outside / (inside + outside)
    crude = float(favour[member].mean() - favour[~member].mean())
    if shares.empty:
        return crude, math.nan
    gap = shares["mean", True] - shares["mean", False]
    return crude, float((gap * weight).sum() / weight.sum())


def decimal_years(dates: pd.Series[str]) -> pd.Series[float]:
    """Return ISO dates as years with two decimals; a month without day counts as its middle, a year as July."""
    parts = dates.str.extract(r"^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$").astype(float)
    year, month, day = (parts[part] for part in range(3))
    within = (month - 1 + (day.fillna(15) - 1) / 31) / 12
    return (year + within.fillna(0.5)).round(2)


def lanes(when: pd.Series[float], groups: pd.Series[str], gap: float) -> list[int]:
    """Return a lane for each mark, so that no two marks of a group stand in one lane less than ``gap`` apart.

    Marks must come in the order of ``when``. Lanes are counted from the middle: 0, 1, -1, 2, -2 and so on; each mark
    takes the first that is free.
    """
    last: dict[str, list[float]] = {}
    found = []
    for group, at in zip(groups, when, strict=True):
        taken = last.setdefault(group, [])
        free = next((lane for lane, then in enumerate(taken) if at - then >= gap), len(taken))
        taken[free : free + 1] = [at]
        found.append((free + 1) // 2 * (1 if free % 2 else -1))
    return found
