"""Filters by numbers that are sent in a query."""

from typing import Any

from django.core.validators import MaxValueValidator
from django.forms import IntegerField
from django_filters import NumberFilter
from drf_spectacular.utils import extend_schema_field
from typing_extensions import override

from dashboard.whole_numbers import BIGGEST


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": BIGGEST})
class WholeNumberFilter(NumberFilter):
    """A filter by a whole number that a database can compare with; others are a 400."""

    field_class = IntegerField  # type: ignore[assignment]

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=0, **more)

    @override
    def get_max_validator(self) -> MaxValueValidator:
        return MaxValueValidator(BIGGEST)
