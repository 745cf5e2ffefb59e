"""A small OpenStack cloud in memory, behind the HTTP that the real client speaks.

``MemoryCloud`` holds rows of JSON and the few rules that matter for moving tenants; ``wire``
connects the product's own client to it. Fields, versions and errors are those of a release, held to
recordings of real services in ``releases``.
"""

import pytest

# what its checks assert is told in full, although it is no test module
pytest.register_assert_rewrite("tests.support.cloud.contract")
