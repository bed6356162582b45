"""What is told of a change is all that changed, and leads from the old text to the new."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.comparing import CONTEXT, MOST_LINES, LineFate, compare, hunks

OPEN_CONNECTIONS = st.lists(st.sampled_from(["a", "b", "c", "", "é"]), max_size=40)


@settings(max_examples=300)
@given(old=OPEN_CONNECTIONS, new=OPEN_CONNECTIONS)
def test_hunks_lead_from_the_old_text_to_the_new(old, new):
    made, place = [], 0
    for hunk in hunks(old, new):
        made += old[place : hunk.old_start - 1]
        assert len(made) == hunk.new_start - 1
        place = hunk.old_start - 1
        for line in hunk.lines:
            if line.fate is not LineFate.ADDED:
                assert old[place] == line.text
                place += 1
            if line.fate is not LineFate.REMOVED:
                made.append(line.text)
    assert made + old[place:] == new


@settings(max_examples=100)
@given(old=OPEN_CONNECTIONS, new=OPEN_CONNECTIONS)
def test_a_hunk_has_a_change_and_a_few_lines_around_it(old, new):
    for hunk in hunks(old, new):
        fates = [line.fate for line in hunk.lines]
        changed = [place for place, fate in enumerate(fates) if fate is not LineFate.KEPT]
        assert changed
        assert changed[0] <= CONTEXT
        assert len(fates) - 1 - changed[-1] <= CONTEXT


async def test_blocks_of_html_are_lines_though_no_line_ends_between_them():
    [hunk] = await compare("<p>a</p><p>b</p><ul><li>c</li></ul>", "<p>a</p><p>d</p><ul><li>c</li></ul>")
    changed = [(line.fate, line.text) for line in hunk.lines if line.fate is not LineFate.KEPT]
    assert changed == [(LineFate.REMOVED, "<p>b</p>"), (LineFate.ADDED, "<p>d</p>")]


def test_what_is_beyond_measure_is_shown_as_replaced():
    old = [str(number) for number in range(MOST_LINES + 1)]
    [hunk] = hunks(old, [*old, "more"])
    assert len(hunk.lines) == 2 * len(old) + 1
    assert {line.fate for line in hunk.lines} == {LineFate.REMOVED, LineFate.ADDED}


def test_a_long_text_that_was_written_anew_shares_no_empty_lines_with_what_it_was():
    old, new = ([line for place in range(200) for line in (f"{name} {place}", "")] for name in "ab")
    [hunk] = hunks(old, new)
    assert LineFate.KEPT not in {line.fate for line in hunk.lines[:-1]}


def test_of_a_long_text_with_empty_lines_only_the_paragraph_is_told_that_changed():
    old = [line for place in range(200) for line in (f"{place}", "")]
    new = ["else" if line == "100" else line for line in old]
    [hunk] = hunks(old, new)
    changed = [line.text for line in hunk.lines if line.fate is not LineFate.KEPT]
    assert changed == ["100", "else"]
    assert len(hunk.lines) == 2 * CONTEXT + 2
