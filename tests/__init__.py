"""The tests of Pumphouse."""

import pytest

# what several tests assert there says what differs, as in the tests themselves
pytest.register_assert_rewrite("tests.support")
