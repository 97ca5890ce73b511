"""Who may see a case, and who has to say why."""

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.access import Sight, may_see, needs_reason
from handover_api.rules.case import CaseState
from handover_api.rules.roles import HANDLES_CASES, Role

GROUPS = ("allmant", "social", "omsorg-stod", "bygga-bo-miljo")

groups = st.sampled_from(GROUPS)
subsets = st.frozensets(groups)
sights = st.builds(Sight, role=st.sampled_from(Role), answer_groups=subsets, secrecy_classes=subsets)


@given(sights, groups, subsets, st.booleans())
def test_nobody_but_agents_and_leads_sees_any_case(
    sight: Sight,
    group: str,
    classes: frozenset[str],
    is_owner: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    seen = may_see(sight, is_owner=is_owner, answer_group=group, secrecy_classes=classes)
    assert not seen or sight.role in HANDLES_CASES


@given(sights, groups, subsets)
def test_an_agent_sees_only_own_answer_groups_and_only_secrecy_with_every_class_of_it(
    sight: Sight, group: str, classes: frozenset[str]
) -> None:
    seen = may_see(sight, is_owner=False, answer_group=group, secrecy_classes=classes)
    if sight.role is Role.AGENT:
        has_group = sight.answer_groups in (frozenset(), sight.answer_groups | {group})
        assert seen == (has_group and not classes - sight.secrecy_classes)
    elif sight.role is Role.LEAD:
        assert seen


@given(subsets, subsets, groups, subsets)
def test_whoever_has_a_case_sees_it_whatever_it_turns_out_to_be_about(
    own: frozenset[str], known: frozenset[str], group: str, classes: frozenset[str]
) -> None:
    sight = Sight(Role.AGENT, own, known)
    assert may_see(sight, is_owner=True, answer_group=group, secrecy_classes=classes)


@given(sights, groups, subsets)
def test_danger_that_waits_is_seen_by_everybody_who_handles_cases(
    sight: Sight, group: str, classes: frozenset[str]
) -> None:
    seen = may_see(sight, is_owner=False, answer_group=group, secrecy_classes=classes, is_waiting_danger=True)
    assert seen == (sight.role in HANDLES_CASES)


@given(sights, groups, subsets, groups)
def test_more_secrecy_never_shows_a_case_to_more(
    sight: Sight, group: str, classes: frozenset[str], another: str
) -> None:
    if sight.takes_in(group, classes | {another}):
        assert sight.takes_in(group, classes)


@given(subsets, subsets, groups, subsets, groups)
def test_a_further_secrecy_class_never_takes_anything_out_of_sight(
    own: frozenset[str], known: frozenset[str], group: str, classes: frozenset[str], another: str
) -> None:
    if Sight(Role.AGENT, own, known).takes_in(group, classes):
        assert Sight(Role.AGENT, own, known | {another}).takes_in(group, classes)


@given(st.sampled_from(CaseState))
def test_what_is_ones_own_or_waits_needs_no_reason_and_all_else_does(state: CaseState) -> None:
    assert not needs_reason(state, is_owner=True)
    assert needs_reason(state, is_owner=False) == (state is not CaseState.WAITING)
