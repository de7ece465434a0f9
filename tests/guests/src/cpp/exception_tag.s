# SPDX-License-Identifier: Apache-2.0
# The tag of C++ exceptions (a pointer to the object), which the compiler takes for granted.
	.tagtype	__cpp_exception i32
	.globl	__cpp_exception
__cpp_exception:
