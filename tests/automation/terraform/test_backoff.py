from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.steps import PATIENT, Backoff


@given(
    st.integers(0, 30),
    st.floats(0.001, 100),
    st.floats(0.001, 1000),
    st.floats(0, 1, exclude_max=True),
)
def test_pauses_double_up_to_the_cap_and_half_is_left_to_chance(
    tries: int, base: float, cap: float, chance: float
) -> None:
    pauses = list(Backoff(tries, base, cap, lambda: chance).pauses())
    assert len(pauses) == tries
    for number, pause in enumerate(pauses):
        longest = min(cap, base * 2**number)
        assert longest / 2 <= pause <= longest
    assert pauses == sorted(pauses)


def test_a_stack_waits_for_a_minute_and_a_half_at_most() -> None:
    assert sum(Backoff(chance=lambda: 1).pauses()) <= 93
    assert 46 <= sum(PATIENT.pauses()) <= 93
