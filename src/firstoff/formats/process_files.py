"""Operations and test procedures as JSON files of their own: the shapes of the definition file."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from firstoff.errors import InvalidInput
from firstoff.formats.definitions import LARGEST, OperationShape, operation_of, said_of
from firstoff.rules.plan import FrozenProcedure, PlanOperation, check_operations, check_procedure

T = TypeVar("T")


def read_operations(data: bytes, name: str = "the file") -> tuple[PlanOperation, ...]:
    """A list of operations, as ``plan.operations`` of the definition file says them.

    Raises InvalidInput with the path of the field."""
    shapes: list[OperationShape] = _decoded(data, list[OperationShape], name)
    found = [operation_of(shape) for shape in shapes]
    return _named(name, lambda: check_operations(found))


def read_procedure(data: bytes, name: str = "the file") -> FrozenProcedure:
    """A test procedure as the definition file says it, under ``procedures``."""
    found: FrozenProcedure = _decoded(data, FrozenProcedure, name)
    return _named(name, lambda: check_procedure(found))


def _decoded(data: bytes, kind: Any, name: str) -> Any:
    if len(data) > LARGEST:
        raise InvalidInput(
            f"{name} has {len(data):,} bytes; expected at most {LARGEST:,}.", file=name
        )
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=kind)
    except msgspec.ValidationError as error:
        raise said_of(str(error), name) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{name} is no JSON: {error}.", file=name) from error


def _named(name: str, check: Callable[[], T]) -> T:
    try:
        return check()
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}", file=name, **error.details) from error
