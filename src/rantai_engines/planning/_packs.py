"""Pass many arrays to a kernel as one pointer.

Numba spells every array out as seven to nine numbers in each argument list. With forty arrays that made calls slow and
compiling took minutes. A pack is a Python object with arrays as attributes and a table of their addresses and shapes;
kernels get the address of that table and read from it what they use. The table never changes while a kernel runs, so
the compiler may keep what it has read (``invariant.load``).
"""

from typing import Any, ClassVar

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.np.arrayobj import make_array, populate_array
from numpy.typing import NDArray

#: A row of the table: address, rows, columns (1 for one axis).
_WORDS = 3


class Pack:
    """Arrays that travel together; a subclass names them by annotations, in order, and gives their axes in ``AXES``.

    Each array is contiguous, of eight-byte items: float64 where named in ``FLOATS``, else int64.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ()
    AXES: ClassVar[dict[str, int]] = {}
    FLOATS: ClassVar[frozenset[str]] = frozenset()
    #: Where Numba looks first; a registered function costs ten times the call.
    _numba_type_: ClassVar["PackType"]

    def __init__(self, **arrays: "NDArray[Any]") -> None:
        table = np.zeros((len(self.FIELDS), _WORDS), np.int64)
        for row, name in enumerate(self.FIELDS):
            array = arrays[name]
            kind = np.float64 if name in self.FLOATS else np.int64
            assert array.dtype == kind, name
            assert array.flags.c_contiguous, name
            assert array.ndim == self.AXES.get(name, 1), name
            setattr(self, name, array)
            table[row] = array.ctypes.data, array.shape[0], array.shape[1] if array.ndim == 2 else 1
        self.table = table
        self.address = int(table.ctypes.data)

    def arrays(self) -> "dict[str, NDArray[Any]]":
        """Give the arrays by name."""
        return {name: getattr(self, name) for name in self.FIELDS}


class PackType(types.Type):
    """The type of a kernel's argument that is a pack."""

    def __init__(self, kind: type[Pack]) -> None:
        self.columns = {
            name: types.Array(types.float64 if name in kind.FLOATS else types.int64, kind.AXES.get(name, 1), "C")
            for name in kind.FIELDS
        }
        shape = ",".join(f"{name}{kind.AXES.get(name, 1)}" for name in kind.FIELDS)
        super().__init__(name=f"{kind.__name__}({shape})")


@register_model(PackType)
class _PackModel(models.OpaqueModel):
    pass


def pack_type(kind: type[Pack]) -> PackType:
    """Give the type of a pack, the same object each time."""
    if "_numba_type_" not in kind.__dict__:
        kind._numba_type_ = PackType(kind)
    return kind._numba_type_


@unbox(PackType)
def _unbox_pack(_type: PackType, value: Any, c: Any) -> NativeValue:
    attribute = c.pyapi.object_getattr_string(value, "address")
    number = c.pyapi.long_as_longlong(attribute)
    c.pyapi.decref(attribute)
    return NativeValue(
        c.builder.inttoptr(number, cgutils.voidptr_t), is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred())
    )


@infer_getattr
class _PackAttributes(AttributeTemplate):
    key = PackType

    def generic_resolve(self, pack: PackType, name: str) -> Any:  # type: ignore[override]
        return pack.columns.get(name)


@lower_getattr_generic(PackType)
def _read_array(context: Any, builder: Any, pack: PackType, value: Any, name: str) -> Any:
    """Build the array from its row of the table."""
    kind = pack.columns[name]
    row = list(pack.columns).index(name)
    words = builder.bitcast(value, ir.IntType(64).as_pointer())
    address, rows, columns = (
        _load(builder, builder.gep(words, [ir.Constant(ir.IntType(64), _WORDS * row + k)])) for k in range(_WORDS)
    )
    array = make_array(kind)(context, builder)
    size = ir.Constant(ir.IntType(64), 8)
    shape = [rows] if kind.ndim == 1 else [rows, columns]
    strides = [size] if kind.ndim == 1 else [builder.mul(columns, size), size]
    data = builder.inttoptr(address, array.data.type)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None, parent=None)
    return array._getvalue()


def _load(builder: Any, pointer: Any) -> Any:
    load = builder.load(pointer)
    load.set_metadata("invariant.load", builder.module.add_metadata([]))
    return load
