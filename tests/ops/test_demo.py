"""`firstoff demo`: the golden pilot, loaded once, with who can sign in and what to look at."""


def test_the_demo_is_loaded_once_and_says_who_can_sign_in(nothing_yet) -> None:
    first = nothing_yet("demo", "--no-serve")
    assert (first.returncode, first.stderr) == (0, "")
    head = nothing_yet.head
    second = nothing_yet("demo", "--no-serve")
    assert second.returncode == 0
    assert nothing_yet.head == head
    assert first.stdout.endswith(second.stdout)
    assert "Sign in as\n  ada " in second.stdout
    assert nothing_yet("ledger", "verify").returncode == 0


def test_the_demo_does_not_mix_with_an_installation(firstoff) -> None:
    head = firstoff.head
    done = firstoff("demo", "--no-serve")
    assert done.returncode == 4
    assert done.stderr.startswith(f"{firstoff.home} holds a Firstoff that is no demo.\n")
    assert firstoff.head == head


def test_without_a_home_the_demo_lies_beside_you(firstoff) -> None:
    """In ./firstoff-demo, which other commands find by themselves."""
    folder = firstoff.home.rename(firstoff.home.parent / "firstoff-demo")
    beside = type(firstoff)(folder, homeless=True)
    done = beside("demo", "--no-serve")
    assert done.stderr.startswith(f"{folder} holds a Firstoff that is no demo.\n")
    assert beside.head.startswith("1 ")
