"""What a bar lets through, in words, before it is locked."""

from firstoff.rules.evidence import plan_sentence, read_plan


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_golden_bar_in_plain_words():
    assert plain(plan_sentence(20, 1)) == (
        "With 20 units and at most 1 reject, a process that makes 10 % rejects is signed off 39 "
        "times in 100, and a process that is exactly at 5 % is turned away 26 times in 100."
    )


def test_a_bar_of_no_rejects_has_no_rate_of_its_own():
    assert plain(plan_sentence(20, 0)) == (
        "With 20 units and no reject, a process that makes 10 % rejects is signed off 12 times in "
        "100."
    )


def test_what_would_be_needed_for_the_confidence_asked_for():
    found = read_plan(20, 1)
    assert plain(found.needed_sentence) == (
        "To show 5 % with 95 % confidence you need 0 rejects in 59, or 1 in 93, or 2 in 124."
    )


def test_the_table_prices_each_plan_by_its_units():
    found = read_plan(20, 1, batch_cost=1640)
    assert [(row.sample, row.max_rejects, row.batch_cost, row.this_bar) for row in found.rows] == [
        (20, 0, 1640.0, False),
        (20, 1, 1640.0, True),
        (59, 0, 4838.0, False),
        (93, 1, 7626.0, False),
        (124, 2, 10168.0, False),
    ]


def test_the_curve_falls_from_certain_to_hopeless():
    chances = [chance for _, chance in read_plan(20, 1).curve]
    assert chances[0] == 1.0
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < 0.001
