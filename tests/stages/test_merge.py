"""The user's edits are the user's."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rag.stages.merge import merge

ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\u2028", "\x0b", "\x0c"])
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8)
TEXTS = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=12).map("".join)
SENTENCES = st.builds("{}.[^{}]".format, st.sampled_from("ABCDE"), st.sampled_from("xyz"))
PROSE = st.lists(SENTENCES, min_size=1, max_size=4).map(lambda some: " ".join(some) + "\n")
OTHER = st.sampled_from(["\n", "| a | b[^x] |\n", "[^x]: words\n", "## A\n", "- A.[^x]\n"])
REPORTS = st.lists(PROSE | OTHER, max_size=8).map("".join)


@given(TEXTS | REPORTS, TEXTS | REPORTS)
def test_no_edit_gives_the_new_text(base, new):
    """Where the user changed nothing, the new edition stands as it is."""
    assert merge(base, base, new) == (new, ())


@given(TEXTS | REPORTS, TEXTS | REPORTS)
def test_nothing_new_keeps_the_users_text(base, theirs):
    """Where the edition did not change, the user's text stays byte for byte."""
    assert merge(base, theirs, base) == (theirs, ())


@given(TEXTS | REPORTS, TEXTS | REPORTS)
def test_the_same_change_is_no_conflict(base, both):
    """Where both changed alike, that is the text."""
    assert merge(base, both, both) == (both, ())


@given(TEXTS, TEXTS, TEXTS)
@example("", "\r\n0\n0\r\n", "\n")
def test_every_line_of_the_users_own_survives(base, theirs, new):
    """Whatever the new edition is, each line that the user wrote is in it, byte for byte."""
    merged = merge(base, theirs, new)
    own = [line for line in theirs.splitlines(keepends=True) if line.rstrip("\r\n") not in base]
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


# --- several claims in one paragraph ------------------------------------------------------------

ONE, TWO, THREE = "One is 1.[^a-1]", "Two is 2.[^b-1][^b-2]", "Three is 3.[^c-1]."


def paragraph(*sentences):
    """Return a report with one paragraph between others."""
    return f"# Report\n\n{' '.join(sentences)}\n\nLast words.[^z-1]\n"


def test_sentences_of_one_paragraph_are_edited_apart():
    """The user's first sentence and the edition's second one both stand, and no conflict."""
    base = paragraph(ONE, TWO, THREE)
    mine = paragraph("I say one is 1.[^a-1]", TWO, THREE)
    new = paragraph(ONE, "Two is two.[^b-3]", THREE, "Four.[^d-1]")
    wanted = paragraph("I say one is 1.[^a-1]", "Two is two.[^b-3]", THREE, "Four.[^d-1]")
    assert merge(base, mine, new) == (wanted, ())


def test_a_sentence_added_and_one_deleted():
    """The user's addition or deletion and what the edition does to another one both stand."""
    base = paragraph(ONE, TWO, THREE)
    mine = paragraph(ONE, TWO, THREE, "I doubt it.")
    assert merge(base, mine, paragraph(ONE, THREE)) == (paragraph(ONE, THREE, "I doubt it."), ())
    mine = paragraph(ONE, THREE)
    new = paragraph(ONE, TWO, "Three is three.[^c-2].")
    assert merge(base, mine, new) == (paragraph(ONE, "Three is three.[^c-2]."), ())


def test_a_conflict_in_a_sentence_spares_the_others():
    """Where both changed one sentence the user's stays and is told; the next one is renewed."""
    base, mine = paragraph(ONE, TWO, THREE), paragraph("Mine.[^a-1]", TWO, THREE)
    merged = merge(base, mine, paragraph("One is 1, now.[^a-1]", TWO, "Newer.[^c-1]."))
    assert merged == (paragraph("Mine.[^a-1]", TWO, "Newer.[^c-1]."), ("Mine.[^a-1]",))


def test_a_new_claim_in_the_place_of_a_changed_one_is_not_lost():
    """What stands on another footnote is no change of the user's sentence, and comes after it."""
    base, mine = paragraph(ONE, TWO), paragraph("Mine.[^a-1]", TWO)
    merged = merge(base, mine, paragraph("New.[^d-2]", TWO))
    assert merged.text == paragraph("Mine.[^a-1]\n\nNew.[^d-2]", TWO)
    assert merge("- A.[^a-1]\n", "", "- B.[^b-1]\n").text == "- B.[^b-1]\n"


def test_a_new_claim_brings_its_heading_where_the_user_deleted_all():
    """Where a deleted section stood, new claims do not fall under the heading before it."""
    before, after = "## A\n\nOne.[^a-1]\n\n", "## C\n\nThree.[^c-1]\n"
    base = f"{before}## B\n\nTwo.[^b-1]\n\n{after}"
    new = f"{before}## B\n\n| x | y |\n|---|---|\n| 1 | New.[^b-2] |\n\n{after}"
    assert merge(base, before + after, new) == (new, ())
    assert merge(base, f"{before}\n{after}", new) == (new, ())
    written = f"{before}## B\n\nI say so.\n\n{after}"
    wanted = new.replace("| x | y |", "I say so.\n\n| x | y |")
    assert merge(base, written, new).text == wanted
    row, rows = "| x | y |\n|---|---|\n", "| 1 | Two.[^b-1] |\n| 2 | New.[^b-2] |\n"
    lead = f"{before}## B\n\nLead.\n\n### D\n\nTwo.[^b-1]\n\n"
    base = f"{lead}### E\n\n{row}| 1 | Two.[^b-1] |\n\n{after}"
    new = base.replace("| 1 | Two.[^b-1] |\n", rows)
    left = f"## B\n\nLead.\n\n### E\n\n{row}| 2 | New.[^b-2] |\n\n"
    assert merge(base, before + after, new).text == before + left + after
    base = f"{before}## B\n\nTwo.[^b-1]\n\n{after}"
    again = f"{before}## B\n\nTwo, better.[^b-1]\n\n{after}"
    assert merge(base, before + after, again).text == before + after


def test_a_deleted_paragraph_takes_none_beside_it_along():
    """Of two paragraphs that the edition makes one, the user's deletion takes out only its own."""
    base = "## Topic\n\nOne.[^a-1] Two.[^b-2]\n\nThree.[^c-3]\n\nEnd.\n"
    mine = base.replace("Three.[^c-3]\n", "")
    new = "## Topic\n\nOne.[^a-1] Two.[^b-2] Four.[^d-4]\n\nEnd.\n"
    assert merge(base, mine, new).text == new
    also = new.replace(" Four", " Three.[^c-3] Four")
    assert merge(base, mine, also) == (new, ("(deleted lines)",))


def test_rows_and_footnotes_are_merged_whole():
    """Half of the user's row and half of the edition's are no row."""
    base, mine, new = "| a | b[^x-1] |\n", "| a | my b[^x-1] |\n", "| new a | b[^x-1] |\n"
    assert merge(base, mine, new) == (mine, (mine.strip(),))
    base, mine, new = "[^x-1]: a[^y] b\n", "[^x-1]: mine[^y] b\n", "[^x-1]: a[^y] new\n"
    assert merge(base, mine, new) == (mine, (mine.strip(),))


@given(REPORTS, REPORTS, st.lists(st.tuples(st.integers(0, 9), PROSE | OTHER), min_size=1))
def test_lines_that_the_user_inserts_survive(base, new, inserted):
    """Wherever the user inserts lines, the result has each byte for byte and whole, in order."""
    lines = base.splitlines(keepends=True)
    mine = []
    for number, (place, words) in enumerate(inserted):
        mine.append(f"Mine {number}: {words}".replace("[^", "[^own-"))
        lines.insert(min(place, len(lines)), mine[-1])
    merged = merge(base, "".join(lines), new).text.splitlines(keepends=True)
    assert [line for line in merged if line in mine] == [line for line in lines if line in mine]


@given(REPORTS, REPORTS, REPORTS)
def test_every_sentence_of_the_users_own_survives(base, theirs, new):
    """Each sentence that only the user has is in the result as often as in the user's text."""
    own = theirs.replace(".[^x]", " as I see it.[^x]")
    found = merge(base, own, new).text
    assert found.count(" as I see it.[^x]") == own.count(" as I see it.[^x]")


# --- what the user writes beside claims ----------------------------------------------------------

CLAIMS = [f"Claim {n} says so.[^a-{n}]\n\n" for n in range(6)]


@given(
    st.lists(st.sampled_from(["keep", "drop", "renew"]), min_size=6, max_size=6),
    st.lists(st.integers(0, 6), max_size=4),
    st.booleans(),
)
def test_a_note_of_the_users_keeps_no_claim_that_the_edition_lets_go(fates, places, dos):
    """Without the user's notes the result is the new edition, and each note is in it once."""
    made = [{"keep": CLAIMS[n], "renew": f"New {n}.[^b]\n\n"}.get(fates[n], "") for n in range(6)]
    new = "# Report\n\n" + "".join(made)
    notes = {place: f"My note {place}, kept.\n\n" for place in places}
    mine = "# Report\n\n" + "".join(notes.get(n, "") + [*CLAIMS, ""][n] for n in range(7))
    ends = (lambda text: text.replace("\n", "\r\n")) if dos else str
    merged = merge("# Report\n\n" + "".join(CLAIMS), ends(mine), new)
    if mine == "# Report\n\n" + "".join(CLAIMS) and dos:
        assert merged.text == ends(new)
    text = merged.text
    for note in notes.values():
        assert text.count(ends(note)) == 1
        text = text.replace(ends(note), "")
    assert text == ends(new)
    assert merged.kept == ()


@given(st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 2))
def test_a_remark_inside_a_paragraph_keeps_no_claim_either(stays, place):
    """A sentence of the user's is the edit of the claim that it stands before, of no other."""
    base = [ONE, TWO, THREE]
    mine = [*base]
    mine[place] = f"As I see it, {base[place]}"
    new = [claim for claim, kept in zip(base, stays, strict=True) if kept]
    text = merge(paragraph(*base), paragraph(*mine), paragraph(*new)).text
    assert mine[place] in text
    for other in range(3):
        if other != place:
            assert (base[other] in text) == stays[other]


def test_a_table_leaves_though_the_user_wrote_below_it():
    """Rows, header and all: what follows them is another line."""
    table = "| Model | Size |\n| --- | --- |\n| A | 1[^a] |\n| B | 2[^b] |\n\n"
    base = f"# Report\n\n{table}## Next\n\nLast.[^z]\n"
    mine = f"# Report\n\n{table}Our cluster has 12 nodes.\n\n## Next\n\nLast.[^z]\n"
    new = "# Report\n\n## Next\n\nLast.[^z]\n"
    wanted = "# Report\n\nOur cluster has 12 nodes.\n\n## Next\n\nLast.[^z]\n"
    assert merge(base, mine, new) == (wanted, ())


def test_what_is_left_of_a_paragraph_of_the_users_stands_apart():
    """Its claims and the blank line behind them leave; the remark joins no other paragraph."""
    base = f"{ONE} {TWO}\n\n{THREE}\n"
    mine = f"{ONE} {TWO} I doubt it.\n\n{THREE}\n"
    assert merge(base, mine, f"{THREE}\n").text == f"I doubt it.\n\n{THREE}\n"


@given(REPORTS, REPORTS)
def test_line_ends_of_the_users_are_kept(base, new):
    """A file whose ends an editor turned into CRLF is merged as the same file."""
    mine = base.replace("\n", "\r\n")
    assert merge(base, mine, new).text == (new.replace("\n", "\r\n") if base else new)


@given(REPORTS, REPORTS, st.randoms(use_true_random=False))
def test_a_file_with_both_kinds_of_line_ends_is_merged_as_the_same_file(base, new, chance):
    """Lines that an editor put in with CRLF keep it, and what stands around them is compared."""
    lines = base.split("\n")[:-1]
    mine = "".join(f"{line}\n" + chance.choice(["", "Mine.\n"]) for line in lines)
    mixed = mine.replace("Mine.\n", "Mine.\r\n")
    merged = merge(base, mixed, new).text
    assert merged.replace("\r\n", "\n") == merge(base, mine, new).text
    assert merged.count("Mine.\r\n") == merged.count("Mine.")


def test_a_note_where_the_edition_adds_is_no_part_of_what_it_adds():
    """A paragraph right below an item of a list would be read as its last line."""
    base, new = "- A.[^a]\n\n## Next\n", "- A.[^a]\n- B.[^b]\n\n## Next\n"
    merged = merge(base, "- A.[^a]\nMy note.\n\n## Next\n", new)
    assert merged == ("- A.[^a]\n- B.[^b]\n\nMy note.\n\n## Next\n", ())
    merged = merge(base, "- A.[^a]\n- Mine.\n\n## Next\n", new)
    assert merged == ("- A.[^a]\n- B.[^b]\n- Mine.\n\n## Next\n", ())


def test_what_the_user_put_below_a_section_is_not_below_a_new_one():
    """A section that the edition adds comes behind it."""
    base = "## A\n\nOne.[^a-1]\n\n## R\n"
    mine = base.replace("## R", "My note.\n\n## R")
    new = base.replace("## R", "Two.[^b-2]\n\n## B\n\nThree.[^c-3]\n\n## R")
    wanted = "## A\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\nMy note.\n\n## B\n\nThree.[^c-3]\n\n## R\n"
    assert merge(base, mine, new) == (wanted, ())


def test_a_heading_that_both_put_in_stands_once():
    """Over what the edition says under it and, below that, what the user does."""
    base = "# Report\n\nFirst.[^a]\n\n## Next\n"
    mine = "# Report\n\nFirst.[^a]\n\n### Price\n\nOld price.\n\n### Mine\n\nMy view.\n\n## Next\n"
    speed = "### Speed\n\nFast.[^c]\n\n## Next\n"
    new = f"# Report\n\nFirst.[^a]\n\n### Price\n\nNew price.[^b]\n\n{speed}"
    wanted = (
        "# Report\n\nFirst.[^a]\n\n### Price\n\nNew price.[^b]\n\nOld price.\n\n"
        "### Speed\n\nFast.[^c]\n\n### Mine\n\nMy view.\n\n## Next\n"
    )
    assert merge(base, mine, new) == (wanted, ())


@pytest.mark.parametrize("below", ["", "A note of mine.\n\n"])
def test_a_heading_of_the_users_that_the_edition_puts_in_elsewhere_stands_once(below):
    """What the edition has under it and what he has under it stand under one of them."""
    base = "## Parts\n\nOne.[^a-1]\n\n| A | B |\n|---|---|\n| 1 | 2[^b-2] |\n\n## End\n"
    theirs = base.replace("## End", f"### Speed\n\n{below}## End").replace("One.", "I say one.")
    new = base.replace("One.[^a-1]\n\n|", "New.[^c-3]\n\n### Speed\n\nFast.[^d-4]\n\n|")
    text = merge(base, theirs, new).text
    assert text.count("### Speed\n") == 1
    assert text.index("### Speed") < text.index("Fast.[^d-4]")
    assert below in text


def test_a_section_of_which_the_user_left_the_headings_alone_stands_once():
    """It comes with them, and is not put below them."""
    head = "## Parts\n\nWhat parts do.\n\n### Speed\n\n"
    base = "## Start\n\nOne.[^a-1]\n\n## End\n\nLast.[^z-9]\n"
    theirs = base.replace("## End", f"A note of mine.\n\n{head}## End")
    new = base.replace("## End", f"{head}Fast.[^d-4]\n\n## End").replace("One.", "Two.")
    new = new.replace("[^a-1]\n", "[^a-1] More.[^e-5]\n")
    text = merge(base, theirs, new).text
    assert text.count(head) == 1
    assert f"{head}Fast.[^d-4]" in text
    assert "A note of mine." in text


def test_a_heading_right_below_a_note_of_the_users_stands_once():
    """Markdown takes it for one without a blank line, too."""
    table = "| Part | Speed |\n| --- | --- |\n| One | 1[^c-3] |\n"
    base = f"## Parts\n\n### Speed\n\nFast.[^a-1] Faster.[^b-2]\n\n{table}"
    theirs = f"## Parts\n\nMy note\n### Speed\n\n{table}"
    new = f"## Parts\n\n### Speed\n\nSlow.[^d-4]\n\n{table}"
    assert merge(base, theirs, new).text == (
        f"## Parts\n\nMy note\n\n### Speed\n\nSlow.[^d-4]\n\n{table}"
    )


@pytest.mark.parametrize("form", ["**{}**", "{}"])
def test_a_claim_behind_a_note_that_the_edition_moves_is_not_lost(form: str):
    """It stood there, whatever the user wrote before it: he took none of its places out."""
    claim, other = form.format("Old is slow."), form.format("New is fast.")
    base = f"## Sum\n\n- Old is slow.[^a-1]\n\n## Parts\n\n{claim}[^a-1]\n"
    theirs = base.replace(f"\n\n{claim}", f"\n\nMy note. {claim}")
    new = (
        "## Sum\n\n- New is fast.[^b-2]\n- Old is slow.[^a-1]\n\n"
        f"## Parts\n\n{other}[^b-2]\n\n### More\n\nOld is slow.[^a-1]\n"
    )
    text = merge(base, theirs, new).text
    assert text.replace("My note. ", "") == new
    assert "My note. " in text


def test_headings_that_the_user_wrote_twice_stand_twice():
    """They are his."""
    base = "## Parts\n\nOne.[^a-1]\n\n## End\n"
    theirs = base.replace("## End", "### Speed\n\n### Speed\n\n## End")
    new = base.replace("One.", "Two.")
    assert merge(base, theirs, new).text == theirs.replace("One.", "Two.")


@pytest.mark.parametrize("more", ["", " I doubt it."])
def test_a_sentence_of_the_users_is_not_glued_to_the_next_claim(more):
    """He changed a claim that the edition lets go, with the blank behind it."""
    base, mine = f"{ONE} {TWO} {THREE}\n", f"{ONE} My {TWO}{more} {THREE}\n"
    text = merge(base, mine, f"{ONE} {THREE}\n").text
    assert text == mine
    first = f"My {ONE}{more} {TWO} {THREE}\n"
    assert merge(base, first, f"{TWO} {THREE}\n").text == first


@pytest.mark.parametrize("item", ["", "- "])
def test_words_before_a_claim_are_no_part_of_it(item):
    """A sentence of the user's before a claim stays when the claim leaves, and does not keep it."""
    base = f"{item}One.[^a-1]\n\nEnd.\n"
    mine = f"{item}Mine. One.[^a-1]\n\nEnd.\n"
    assert merge(base, mine, "End.\n").text == f"{item}Mine.\n\nEnd.\n"
    assert merge(base, mine, f"{item}One.[^a-1][^b-2]\n\nEnd.\n").text.startswith(f"{item}Mine.")
    two = f"{item}Two.[^c-3]\n\nEnd.\n"
    assert "Two.[^c-3]" in merge(base, mine, two).text
    assert "One.[^a-1]" not in merge(base, mine, two).text


def test_a_claim_in_another_form_is_not_lost_for_words_beside_it():
    """Where a list becomes a paragraph, a sentence behind one of its claims takes none of it."""
    base = "- One.[^a-1]\n- Two.[^b-2]\n\nEnd.\n"
    mine = base.replace("[^a-1]", "[^a-1] Mine.")
    merged = merge(base, mine, "One.[^a-1] Two.[^b-2] Three.[^c-3]\n\nEnd.\n").text
    for words in ("Mine.", "One.[^a-1]", "Two.[^b-2]", "Three.[^c-3]"):
        assert merged.count(words) == 1
    assert "Mine.\n\nOne." in merged
    before = base.replace("- Two.", "- Mine. Two.")
    merged = merge(base, before, "One.[^a-1] Two.[^b-2] Three.[^c-3]\n\nEnd.\n").text
    for words in ("Mine.", "One.[^a-1]", "Two.[^b-2]", "Three.[^c-3]"):
        assert merged.count(words) == 1
    merged = merge(base, before, "- Three.[^c-3]\n- Two.[^b-2]\n\nEnd.\n").text
    assert [merged.count(words) for words in ("Mine.", "Two.[^b-2]", "One.[^a-1]")] == [1, 1, 0]


MOVED = "## A\n\nOne.[^a-1] Two.[^b-2]\n\nThree.[^c-3]\n\n## B\n\nFour.[^d-4]\n"


@pytest.mark.parametrize(
    "mine",
    [
        "## A\n\nOne.[^a-1] Two.[^b-2] Three.[^c-3]\n\n## B\n\nFour.[^d-4]\n",
        "## A\n\nOne.[^a-1] Two.[^b-2]\n\n## B\n\nFour.[^d-4]\n\nThree.[^c-3]\n",
        "## A\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\n- Three.[^c-3]\n\n## B\n\nFour.[^d-4]\n",
    ],
)
@pytest.mark.parametrize("words", ["", " Mine."])
def test_a_claim_that_the_user_moved_stands_once(mine, words):
    """Where the edition has it elsewhere, too, and nowhere if the edition lets it go."""
    mine = mine.replace("Three.[^c-3]", f"Three.[^c-3]{words}")
    moved = MOVED.replace("Three.[^c-3]\n\n", "").replace("One.", "Three.[^c-3][^e-5] One.")
    text = merge(MOVED, mine, moved).text
    for claim in ("One.", "Two.", "Three.", "Four."):
        assert text.count(claim) == 1
    text = merge(MOVED, mine, MOVED.replace("Three.[^c-3]\n\n", "").replace(" Two", " Five")).text
    assert "Three." not in text
    assert words.strip() in text


@pytest.mark.parametrize("place", ["One.[^a-1] Two.[^b-2] Three.[^c-3]", "- Three.[^c-3]\n- Mine."])
def test_what_the_user_moved_gains_the_footnotes_that_the_edition_gives_it(place):
    """Wherever he put it; a mark that he took off himself stays off."""
    mine = MOVED.replace("Three.[^c-3]\n\n", "").replace("One.[^a-1] Two.[^b-2]", place)
    new = MOVED.replace("[^c-3]", "[^c-3][^e-5]")
    text = merge(MOVED, mine, new).text
    assert text.count("Three.") == text.count("Three.[^c-3][^e-5]") == 1
    base, new = MOVED.replace("[^c-3]", "[^c-3][^x-9]"), MOVED.replace("[^c-3]", "[^x-9][^e-5]")
    assert "Three.[^c-3]" in merge(base, mine, new).text


def test_what_a_summary_repeats_stands_twice_and_not_three_times():
    """The user moved the one in the text; the edition writes anew what stood before it."""
    base = "## S\n\n- Three.[^c-3]\n\n" + MOVED
    mine = "## S\n\n- Three.[^c-3]\n\n" + MOVED.replace("Three.[^c-3]\n\n", "")
    mine += "\nThree.[^c-3]\n"
    new = base.replace("One.[^a-1] Two.[^b-2]", "Five.[^f-6] Two.[^b-2]")
    new = new.replace("\n\nThree.[^c-3]\n\n##", " Three.[^c-3]\n\n##")
    text = merge(base, mine, new).text
    assert text.count("Three.") == 2
    assert text.endswith("Four.[^d-4]\n\nThree.[^c-3]\n")
    gone = "\n".join(line for line in base.split("\n") if "Three." not in line)
    assert "Three." not in merge(base, mine, gone).text


def test_what_a_summary_begins_to_repeat_stands_where_the_user_moved_it():
    """And in the summary: not where it stood before."""
    base = "## S\n\n- One.[^a-1]\n\n" + MOVED
    mine = base.replace("Three.[^c-3]\n\n", "") + "\nThree.[^c-3]\n"
    new = base.replace("- One.", "- Three.[^c-3]\n- One.").replace(
        "Three.[^c-3]\n\n#", "Three.[^c-3] Six.[^f-6]\n\n#"
    )
    text = merge(base, mine, new).text
    assert text.startswith("## S\n\n- Three.[^c-3]\n- One.[^a-1]\n\n## A\n")
    assert text.endswith("Four.[^d-4]\n\nThree.[^c-3]\n")
    assert [text.count(words) for words in ("Three.", "Six.")] == [2, 1]
    mine = new.replace("Three.[^c-3] Six.", "Six.") + "\nThree.[^c-3]\n"
    text = merge(new, mine, base).text
    assert text.endswith("Four.[^d-4]\n\nThree.[^c-3]\n")
    assert text.count("Three.") == 1


def test_what_a_summary_begins_to_repeat_leaves_a_paragraph_of_the_users_with_the_edition():
    """The user joined two paragraphs; the edition made one of their claims its headline."""
    base = "## S\n\n- One.[^a-1]\n\n## A\n\n### B\n\nTwo.[^b-2] Three.[^c-3]\n\nFour.[^d-4]\n"
    mine = base.replace("\n\nFour.", " Mine. Four.")
    new = (
        "## S\n\n- Three.[^c-3]\n\n## A\n\n**Three.**[^c-3]\n\n### B\n\nTwo.[^b-2]\n\nFour.[^d-4]\n"
    )
    text = merge(base, mine, new).text
    assert text == new.replace("\n\nFour.", " Mine. Four.")


def test_what_both_moved_and_a_summary_begins_to_repeat_stands_where_the_user_put_it():
    """Also if no heading is left where it stood."""
    base = f"## S\n\n- One.[^a-1]\n\n{MOVED}".replace("Three.", "### T\n\nThree.")
    mine = base.replace("### T\n\nThree.[^c-3]\n\n", "") + "\nThree.[^c-3]\n"
    new = base.replace("- One.", "- Three.[^c-3]\n- One.").replace("### T\n\nThree.[^c-3]\n\n", "")
    new = new.replace("## A\n\n", "## A\n\n**Three.**[^c-3]\n\n")
    text = merge(base, mine, new).text
    assert text.endswith("Four.[^d-4]\n\nThree.[^c-3]\n")
    assert text.startswith("## S\n\n- Three.[^c-3]\n")
    assert text.count("Three.") == 2


def test_a_claim_that_both_put_in_stands_where_the_user_did():
    """A report whose store is gone may show claims that no edition has."""
    base = "## A\n\nOne.[^a-1]\n\n## B\n\nTwo.[^b-2]\n"
    mine = base.replace("Two.", "Three.[^c-3] Two.")
    new = base.replace("One.[^a-1]", "One.[^a-1]\n\nThree.[^c-3]")
    assert merge(base, mine, new).text == mine


def test_a_claim_of_two_sections_that_the_user_deletes_in_one_stands_in_the_other():
    """It is not brought back where he has it still, however the edition writes that anew."""
    deleted = "## B\n\n- Two.[^b-2]\n- Four.[^d-4]\n\n"
    base = f"## A\n\nOne.[^a-1] Two.[^b-2]\n\n{deleted}## C\n\nEnd.[^z-1]\n"
    mine = "## A\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\n## C\n\nEnd.[^z-1]\n"
    new = base.replace("One.[^a-1] Two.[^b-2]", "- Five.[^f-6]\n- Two.[^b-2]")
    new = new.replace("- Four.", "- Six.[^g-7]\n- Four.")
    text = merge(base, mine, new).text
    assert text.count("Two.") == 1
    assert [text.count(f"{word}.[^") for word in ("Five", "Six", "Four", "End")] == [1, 1, 0, 1]


def test_what_the_user_put_behind_a_text_is_not_under_what_is_added_behind_it():
    """Though the edition writes the text anew, and adds a section right there."""
    base = "## A\n\nOne.[^a-1]\n\n## R\n\nEnd.[^z-1]\n"
    mine = base.replace("## R", "Mine.\n\n## R")
    new = base.replace("One.[^a-1]\n\n", "- Two.[^b-2]\n- One.[^a-1]\n\n## B\n\nThree.[^c-3]\n\n")
    text = merge(base, mine, new).text
    assert text.index("One.[^a-1]") < text.index("Mine.") < text.index("## B")
    assert [text.count(f"{word}.[^") for word in ("One", "Two", "Three", "End")] == [1] * 4


def test_a_new_claim_on_the_footnote_of_one_that_the_user_changed_stays():
    """Words tell what is the edition's change of it: two claims may stand on one footnote."""
    base = "## A\n\nThe old chip costs 2 dollars an hour.[^a-1] Two.[^b-2]\n"
    more = "It has 96 GB of fast memory.[^a-1]"
    for own in ("The old chip costs money.[^a-1]", "Mine.", ""):
        mine = base.replace("The old chip costs 2 dollars an hour.[^a-1]", own)
        new = base.replace("2 dollars an hour.[^a-1]", f"3 dollars an hour.[^a-1] {more}")
        text = merge(base, mine, new).text
        assert text.count(more) == 1
        assert "3 dollars" not in text
        assert own in text
    gone = "## A\n\n"
    both = f"{base}\n{more}\n\nOther.[^z-9]\n"
    text = merge(base, gone, both.replace("2 dollars", "3 dollars")).text
    assert text.count(more) == text.count("Other.[^z-9]") == 1
    assert "dollars" not in text


def test_a_copy_that_the_user_made_stays():
    """What he pasted beside what he copied is his, also when the claim leaves."""
    mine = f"{MOVED}\nThree.[^c-3]\n"
    assert merge(MOVED, mine, MOVED.replace("Four", "Five")).text.count("Three.") == 2


def test_what_is_new_is_not_hidden_in_a_comment_of_the_users():
    """A paragraph that he took out by commenting it stays as it is, with what is new behind it."""
    base = "One.[^a-1] Two.[^b-2]\n\nEnd.[^z-1]\n"
    mine = "<!-- One.[^a-1] Two.[^b-2] -->\n\nEnd.[^z-1]\n"
    new = "Three.[^c-3] Two.[^b-2]\n\nEnd.[^z-1]\n"
    hidden = "<!-- One.[^a-1] Two.[^b-2] -->\n\n"
    assert merge(base, mine, new).text == f"{hidden}Three.[^c-3]\n\nEnd.[^z-1]\n"
    assert merge(base, mine, "End.[^z-1]\n").text == f"{hidden}End.[^z-1]\n"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_what_is_new_is_not_hidden_in_a_long_comment_of_the_users(gap):
    """A comment over several paragraphs is one thing of his."""
    base = "## A\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\nThree.[^c-3]\n\n## B\n\nEnd.[^z-1]\n"
    mine = base.replace("One.", "<!--" + gap + "One.").replace(
        "Three.[^c-3]", "Three.[^c-3]" + gap + "-->"
    )
    for new in (
        base.replace("Two.[^b-2]", "Two.[^b-2] Four.[^d-4]"),
        base.replace("Two.[^b-2]", "Two.[^b-2]\n\nFour.[^d-4]"),
        base.replace("Three.[^c-3]", "Four.[^d-4]"),
        base.replace("One.[^a-1]\n\nTwo.[^b-2]", "- One.[^a-1]\n- Four.[^d-4]\n- Two.[^b-2]"),
    ):
        text = merge(base, mine, new).text
        visible = re.sub(r"(?s)<!--.*?-->", "", text)
        assert text.count("Four.[^d-4]") == visible.count("Four.[^d-4]") == 1
        assert text.count("<!--") == text.count("-->") == 1


def test_what_is_added_comes_with_what_makes_it_whole():
    """A quotation says who said it, a row stands under its head, each a paragraph of its own."""
    quoted = "> “Fast chips win.”[^q-1]\n>\n> — A. Speaker\n"
    table = "| Chip | Memory |\n|---|---|\n| New | 96 GB[^t-1] |\n"
    there = "- One chip.[^a-1]\n- Two boards.[^b-2]\n\n> “Old.”[^o-1]\n>\n> — B. Speaker\n"
    base = f"## A\n\n{there}\n### B\n\nEnd.[^z-1]\n"
    mine = base.replace(there, f"<!--\n{there}-->\n")
    new = base.replace(there, f"- Two boards.[^b-2]\n- Three racks.[^c-3]\n\n{quoted}\n{table}")
    text = merge(base, mine, new).text
    assert f"-->\n- Three racks.[^c-3]\n\n{quoted}\n{table}\n### B\n" in text
    assert text.count("Two boards.") == text.count("— A. Speaker") == 1


def test_a_quotation_is_not_torn_from_who_said_it():
    """What the edition writes anew behind a paragraph that the user commented out is one block."""
    base = "One.[^a-1]\n\n> “Old.”[^o-1]\n>\n> — B. Speaker\n\n"
    mine = base.replace("One.[^a-1]", "<!-- One.[^a-1] -->")
    new = "> “New.”[^n-1]\n>\n> — A. Speaker\n\n"
    assert new in merge(base, mine, new).text
    reworded = base.replace("Old", "My old")
    assert merge(base, reworded, "Two.[^b-2]\n\n").text.count("— B. Speaker") == 1


def test_a_row_of_the_users_keeps_the_head_of_its_table():
    """It outlives the rows of the edition, and would be no row alone."""
    head = "| Chip | Memory |\n| --- | ---: |\n"
    base = f"## A\n\n{head}| One | 96 GB[^a-1] |\n| Two | 80 GB[^b-2] |\n\n## B\n\nEnd.[^z-1]\n"
    mine = base.replace("| Two |", "| Mine | x |\n| Two |")
    new = "## A\n\nThree.[^c-3]\n\n## B\n\nEnd.[^z-1]\n"
    text = merge(base, mine, new).text
    assert f"\n\n{head}| Mine | x |\n\n" in text
    assert "GB" not in text
    assert merge(base, mine, base.replace("One", "New")).text.count(head) == 1


@pytest.mark.parametrize(("head", "stays"), [("| A | B |", False), ("| My name | B |", True)])
def test_a_head_of_the_editions_over_no_row_leaves(head, stays):
    """The user had put it over rows that left; one that he wrote is his."""
    rule = "\n| --- | --- |\n"
    base = f"## Parts\n\n| A | B |{rule}| 1 | 1[^a-1] |\n| 2 | 2[^b-2] |\n\nLast.[^z-9]\n"
    theirs = base.replace("| 2 |", f"\nA note.\n\n{head}{rule}| 2 |")
    new = base.replace("| 2 | 2[^b-2] |\n", "")
    text = merge(base, theirs, new).text
    assert (text.count(f"{head}{rule}\n") == 1) is stays
    assert f"| A | B |{rule}| 1 | 1[^a-1] |\n" in text
    assert "A note." in text


def test_what_the_user_wrote_in_one_section_is_not_in_one_that_is_added_behind_it():
    """Though the edition rearranges all of his section."""
    base = "## Parts\n\nZero.[^o-0]\n\n### Size\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\n## End\n"
    theirs = base.replace("Two.", "A note.\n\nTwo.")
    theirs = theirs.replace("## End", "### Mine\nNothing yet.\n\n## End")
    new = (
        "## Parts\n\n### Size\n\nNew.[^c-3]\n\nOne.[^a-1] Two.[^b-2]\n\n### Speed\n\n"
        "Zero.[^o-0]\n\n## Training\n\nLong.[^e-5]\n\n## End\n"
    )
    text = merge(base, theirs, new).text
    assert text.index("A note.") < text.index("### Mine") < text.index("## Training")
    assert "## Training\n\nLong.[^e-5]\n\n## End\n" in text


def test_what_is_left_of_the_users_stands_apart_from_a_heading():
    """What stood between a note of his and the next heading has left."""
    base = "## A\n\n### Q\n\n- One.[^a-1]\n- Two.[^b-2]\n\n### R\n\nEnd.[^z-1]\n"
    mine = base.replace("- One.", "- Mine.\n- One.")
    new = "## A\n\n### R\n\nEnd.[^z-1]\n"
    assert "- Mine.\n\n### R\n" in merge(base, mine, new).text
    indented = base.replace("- One.", "  - One.")
    assert merge(base, indented, base.replace("- One.[^a-1]\n", "")).text.count("  ") == 0


def test_a_heading_that_nobody_touched_stays():
    """Though the user deleted the paragraph before it, and the edition wrote another."""
    base = "## A\n\nOne.[^a-1]\n\n## B\n\nTwo.[^b-2]\n"
    mine = "## A\n\n## B\n\nTwo.[^b-2]\n"
    new = "## A\n\nThree.[^c-3] One.[^a-1]\n\n## B\n"
    assert merge(base, mine, new).text == "## A\n\nThree.[^c-3]\n\n## B\n"


def test_a_claim_that_both_moved_to_one_place_stands_once():
    """The line of the edition is the user's own."""
    mine = "## A\n\nOne.[^a-1]\n\nThree.[^c-3]\n\nTwo.[^b-2]\n\n## B\n\nFour.[^d-4]\n"
    new = "## A\n\nThree.[^c-3]\n\nTwo.[^b-2]\n\n## B\n\nFour.[^d-4]\n"
    base = "## A\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\n## B\n\nThree.[^c-3]\n\nFour.[^d-4]\n"
    assert merge(base, mine, new).text.count("Three.") == 1
    again = merge(
        "## H\n\nOne.[^a-1]\n\n## E\n\nTwo.[^b-2]\n",
        "## H\n\nOne.[^a-1]\n\nTwo.[^b-2]\n\n## E\n",
        "## H\n\nTwo.[^b-2]\n\n## E\n",
    )
    assert again.text == "## H\n\nTwo.[^b-2]\n\n## E\n"


def test_claims_on_one_footnote_are_not_taken_for_each_other():
    """The user deletes one; the other, which the edition moves to its place, is not lost."""
    base = "## A\n\nOne.[^x-1]\n\n## B\n\nTwo.[^x-1]\n"
    mine = "## A\n\nOne.[^x-1]\n\n## B\n"
    assert merge(base, mine, "## A\n\n## B\n\nOne.[^x-1]\n").text.count("One.[^x-1]") == 1
    new = "## A\n\n## B\n\nThree.[^y-2] One.[^x-1]\n"
    assert merge(base, mine, new).text.count("One.[^x-1]") == 1


def arranged(claims, chance):
    """Return these claims in paragraphs, a heading before the last."""
    some = list(claims)
    cuts = sorted({chance.randint(1, len(some)) for _ in range(3)} | {len(some)}) if some else []
    groups = [some[at:end] for at, end in zip([0, *cuts], cuts, strict=False)]
    blocks = [" ".join(group) for group in groups]
    return "\n\n".join(["## A", *blocks[:-1], "## B", *blocks[-1:]]) + "\n"


def changed(claims, chance):
    """Return claims with some taken out, and one somewhere else."""
    some = [claim for claim in claims if chance.random() < 0.7]
    if some:
        some.insert(chance.randint(0, len(some) - 1), some.pop(chance.randrange(len(some))))
    return some


@given(st.randoms(use_true_random=False), st.booleans())
def test_what_nobody_took_out_stands_once(chance, shares):
    """However both rearrange the claims, none is lost, doubled, or left though the edition lets go.

    With `shares`, two claims stand on each footnote.
    """
    claims = [f"Words {n}.[^x-{n // 2 if shares else n}]" for n in range(6)]
    base = arranged(claims, chance)
    theirs, coming = changed(claims, chance), [*changed(claims, chance), "Added.[^y-1]"]
    text = merge(base, arranged(theirs, chance), arranged(coming, chance)).text
    assert text.count("Added.") == 1
    for claim in claims:
        if claim in theirs and claim in coming:
            assert text.count(claim) == 1
        if claim not in coming:
            assert claim not in text


@pytest.mark.parametrize("taken", [" Beta has two.[^b]", "Beta has two.[^b] ", "Beta has two.[^b]"])
@pytest.mark.parametrize("new", ["Delta has four.[^d]", ""])
def test_a_blank_stands_between_two_claims(taken, new):
    """Whichever blank left with the claim that the user took out."""
    base = "Alpha has one.[^a] Beta has two.[^b] Gamma has three.[^c]\n"
    mine = base.replace(taken, "", 1)
    after = base.replace("Beta has two.[^b]", new).replace("  ", " ")
    merged = merge(base, mine, after).text
    assert "Gamma has three.[^c]" in merged
    assert new in merged
    assert "]G" not in merged
    assert "]D" not in merged


def test_what_the_user_glued_stays_glued():
    """His bytes are his, wherever they stand."""
    base = "Alpha has one.[^a] Beta has two.[^b]\n"
    mine = "Alpha has one.[^a]Mine. Beta has two.[^b]\n"
    new = "Alpha has one.[^a] Beta has two.[^b] Gamma has three.[^c]\n"
    assert "Alpha has one.[^a]Mine." in merge(base, mine, new).text
