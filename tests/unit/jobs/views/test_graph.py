"""The graph of a job: a group is to the right of what it depends on."""

from dashboard.jobs.views.graph import lay_out


def columns(*groups: str, edges: list[tuple[str, str]]) -> dict[str, int]:
    """Return the column of each group, counted from the left."""
    layout = lay_out(groups, edges)
    xs = sorted({node.x for node in layout.nodes})
    return {node.group: xs.index(node.x) for node in layout.nodes}


def test_a_group_stands_after_the_last_of_those_it_waits_for() -> None:
    edges = [("project", "network"), ("network", "port"), ("project", "port")]
    assert columns("project", "network", "port", edges=edges) == {
        "project": 0,
        "network": 1,
        "port": 2,
    }


def test_groups_that_wait_for_each_other_are_drawn_all_the_same() -> None:
    edges = [("port", "server"), ("server", "port")]
    assert columns("port", "server", edges=edges) == {"port": 0, "server": 1}


def test_a_line_that_a_chain_says_already_is_left_out() -> None:
    edges = [("project", "network"), ("network", "port"), ("project", "port")]
    assert len(lay_out(["project", "network", "port"], edges).paths) == 2


def test_no_two_boxes_lie_on_each_other() -> None:
    groups = [f"type-{number}" for number in range(9)]
    layout = lay_out(groups, [("type-0", group) for group in groups[1:]])
    assert len({(node.x, node.y) for node in layout.nodes}) == len(groups)
    for node in layout.nodes:
        assert node.x >= 0 and node.x + node.width <= layout.width
        assert node.y >= 0 and node.y + node.height <= layout.height
