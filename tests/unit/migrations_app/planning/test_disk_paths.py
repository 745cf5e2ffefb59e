"""What may be said about data paths."""

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.planning.disk_paths import require_paths


def test_paths_of_disks_by_name_and_of_all_are_accepted():
    require_paths(["volume:a=b:c=glance", "server:*=glance"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("volume:x", "'volume:x' chooses no path."),
        ("=glance", "'=glance' chooses no path."),
        ("router:r=glance", "'router:r=glance' names no disk."),
        ("volume:x=pigeon", "There is no data path 'pigeon'."),
    ],
)
def test_anything_else_is_refused(text, sentence):
    with pytest.raises(BadInput) as caught:
        require_paths([text])
    assert caught.value.sentence == sentence
    assert caught.value.fix
