# SPDX-License-Identifier: Apache-2.0
# The tag that longjmp throws (a pointer to its arguments), which the compiler takes for granted.
	.tagtype	__c_longjmp i32
	.globl	__c_longjmp
__c_longjmp:
