"""The user's edits are the user's."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from rag.stages.merge import merge

ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\u2028", "\x0b", "\x0c"])
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8)
TEXTS = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_no_edit_gives_the_new_text(base, new):
    """Where the user changed nothing, the new edition stands as it is."""
    assert merge(base, base, new) == (new, ())


@given(TEXTS, TEXTS)
def test_nothing_new_keeps_the_users_text(base, theirs):
    """Where the edition did not change, the user's text stays byte for byte."""
    assert merge(base, theirs, base) == (theirs, ())


@given(TEXTS, TEXTS)
def test_the_same_change_is_no_conflict(base, both):
    """Where both changed alike, that is the text."""
    assert merge(base, both, both) == (both, ())


@given(TEXTS, TEXTS, TEXTS)
def test_every_line_of_the_users_own_survives(base, theirs, new):
    """Whatever the new edition is, each line that the user wrote is in it, byte for byte."""
    merged = merge(base, theirs, new)
    own = [line for line in theirs.splitlines(keepends=True) if line not in base]
    kept = merged.text.splitlines(keepends=True)
    assume(all(line.endswith(("\n", "\r", "\u2028", "\x0b", "\x0c")) for line in own))
    assert all(any(line in other for other in kept) for line in own if line.strip())


@given(st.sets(st.integers(0, 19)), st.sets(st.integers(0, 19)))
def test_edits_far_from_changes_are_both_kept(mine, others):
    """Paragraphs the user edits and paragraphs the edition changes, apart: both changes stand."""
    assume(not {n + d for n in mine for d in (-1, 0, 1)} & others)
    base = [f"Paragraph {n} stands here.\n\n" for n in range(20)]
    theirs = [f"Mine {n}, as I like it!\n\n" if n in mine else base[n] for n in range(20)]
    new = [f"Newer paragraph {n}.\n\n" if n in others else base[n] for n in range(20)]
    wanted = [theirs[n] if n in mine else new[n] for n in range(20)]
    assert merge("".join(base), "".join(theirs), "".join(new)) == ("".join(wanted), ())


def test_where_both_changed_the_user_wins_and_is_told():
    """A conflict keeps the user's words and names their first line."""
    merged = merge("one\ntwo\nthree\n", "one\nMINE\nthree\n", "one\nNEW\nthree\n")
    assert merged == ("one\nMINE\nthree\n", ("MINE",))
    merged = merge("one\ntwo\nthree\n", "one\nthree\n", "one\nNEW\nthree\n")
    assert merged == ("one\nthree\n", ("(deleted lines)",))
