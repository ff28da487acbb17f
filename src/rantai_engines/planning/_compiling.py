"""Compile each kernel once, whoever calls it.

Numba links into a function a copy of all that it calls, and of all that those call, optimises the whole again and
writes machine code for it: the two hundred kernels of a plan were compiled some ten times each. So a kernel calls
another through a cell that holds its address, which the linker knows by name. Only what is so short that the compiler
had better see it at each call is linked in as Numba does (``short``).

A cell may be there before its kernel: so kernels call each other in a circle, of which Numba would infer the types
anew at each call and could cache none. Machine code that is kept on disk knows other kernels by name alone and stays
right when they change.
"""

import ctypes
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from llvmlite import ir
from numba import config, njit
from numba.core import cgutils
from numba.core.types import Function
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import lower_builtin

F = TypeVar("F", bound=Callable[..., Any])
IS_COMPILING = not config.DISABLE_JIT  # type: ignore[attr-defined]


def short(signature: Any) -> Callable[[F], F]:
    """Compile for one signature, cached, without the interpreter's lock; every caller has a copy in it.

    Nothing so compiled may allocate, slice or fail: reference counts are off, because counting at every call took more
    than half of the time.
    """
    options: dict[str, Any] = {
        "cache": True, "nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True
    }  # fmt: skip
    decorate: Callable[[F], F] = njit(signature, **options)
    return decorate


def compiled(signature: Any) -> Callable[[F], F]:
    """Compile as ``short`` does, but once: callers reach it through its cell."""

    def decorate(function: F) -> F:
        return Kernel(f"{function.__module__}.{function.__qualname__}", signature).define(function)

    return decorate


class Kernel:
    """A kernel that other kernels, and Python, can call as soon as it is defined, and name before."""

    def __init__(self, name: str, signature: Any) -> None:
        self.name, self.signature = name, signature
        self.function: Callable[..., Any] | None = None
        self.cell = ctypes.c_int64(0)
        if IS_COMPILING:
            llvm.add_symbol(name, ctypes.addressof(self.cell))
            template = type(name, (ConcreteTemplate,), {"key": self, "cases": [signature], "unsafe_casting": False})
            infer_global(self, Function(template))
            lower_builtin(self, *signature.args)(self._write_call)

    def __call__(self, *arguments: Any) -> Any:
        """Call the kernel from Python."""
        assert self.function, self.name
        return self.function(*arguments)

    def define(self, function: F) -> F:
        """Compile a function and keep its address in the cell."""
        self.function = short(self.signature)(function)
        update_wrapper(self, function)
        if not IS_COMPILING:
            return function
        (result,) = cast(Any, self.function).overloads.values()
        self.cell.value = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
        return cast(F, self)

    def _write_call(self, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Write a call by Numba's convention: the result comes through a pointer, and an error that is none here."""
        convention, module = context.call_conv, builder.module
        kind = convention.get_function_type(signature.return_type, signature.args)
        cell = module.globals.get(self.name) or ir.GlobalVariable(module, ir.IntType(64), self.name)
        result, failure = (cgutils.alloca_once(builder, pointer.pointee) for pointer in kind.args[:2])
        own = context.get_arg_packer(signature.args).as_arguments(builder, arguments)
        builder.call(builder.inttoptr(builder.load(cell), kind.as_pointer()), [result, failure, *own])
        return context.get_returned_value(builder, signature.return_type, builder.load(result))
