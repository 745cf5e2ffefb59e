"""The graph of a plan in DOT."""

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.drawing import as_dot


def step(key: str, title: str, **more) -> StepSpec:
    return StepSpec(key=key, action="create", title=title, **more)


def test_steps_stand_in_their_phase_with_edges_from_what_they_need_and_follow():
    steps = [
        step("a:1:create", "Create a"),
        step("b:1:create", "Create b", needs=["a:1:create"], after=["gone"]),
        step("c:1:stop", "Stop c", phase=Phase.CUTOVER, after=["b:1:create"]),
    ]
    text = as_dot(steps, title="Plan 1")
    assert '  "a:1:create" -> "b:1:create";\n' in text
    assert '  "b:1:create" -> "c:1:stop" [style=dashed];\n' in text
    assert "gone" not in text
    prepare, cutover = text.split('subgraph "cluster_cutover"')
    assert "Create b" in prepare and "Stop c" in cutover
    assert text.count("{") == text.count("}")


def test_a_name_with_quotes_and_line_breaks_stays_one_label():
    text = as_dot([step("a:1:create", 'Create "x\ny"\\')], title="Plan")
    assert '[label="Create \\"x y\\"\\\\"];' in text
