# SPDX-License-Identifier: Apache-2.0
"""Floats as bit patterns, computed with exact fractions: an oracle that shares nothing with C++.

A result is an int (the exact bits) or one of CANONICAL and ARITHMETIC: any NaN of that kind.
"""

import math
from fractions import Fraction

CANONICAL, ARITHMETIC = "nan:canonical", "nan:arithmetic"


class Format:
    def __init__(self, bits, fraction):
        self.bits, self.fraction = bits, fraction
        self.exponent_bits = bits - 1 - fraction
        self.bias = (1 << (self.exponent_bits - 1)) - 1
        self.sign = 1 << (bits - 1)
        self.infinity = ((1 << self.exponent_bits) - 1) << fraction
        self.quiet = 1 << (fraction - 1)
        self.canonical = self.infinity | self.quiet
        self.largest = self.infinity - 1

    def is_nan(self, x):
        return x & (self.sign - 1) > self.infinity

    def is_infinite(self, x):
        return x & (self.sign - 1) == self.infinity

    def is_zero(self, x):
        return x & (self.sign - 1) == 0

    def negative(self, x):
        return x & self.sign != 0

    def value(self, x):
        """The exact value of a finite number."""
        field = x >> self.fraction & ((1 << self.exponent_bits) - 1)
        mantissa = x & ((1 << self.fraction) - 1)
        if field:
            mantissa |= 1 << self.fraction
        scale = max(field, 1) - self.bias - self.fraction
        number = Fraction(mantissa) * Fraction(2) ** scale
        return -number if self.negative(x) else number

    def round(self, number, negative_zero=False):
        """The nearest float of an exact number, ties to even."""
        if number == 0:
            return self.sign if negative_zero else 0
        sign, number = (self.sign if number < 0 else 0), abs(number)
        exponent = number.numerator.bit_length() - number.denominator.bit_length()
        if number < Fraction(2) ** exponent:
            exponent -= 1
        exponent = max(exponent, 1 - self.bias)
        scaled = number / Fraction(2) ** (exponent - self.fraction)
        whole = round(scaled)  # Python rounds halves to even
        if whole >> self.fraction == 0:
            return sign | whole  # subnormal
        # A carry out of the mantissa moves into the exponent by itself.
        result = ((exponent + self.bias - 1) << self.fraction) + whole
        return sign | min(result, self.infinity)

    def nan_of(self, *inputs):
        nans = [x & (self.sign - 1) for x in inputs if self.is_nan(x)]
        return CANONICAL if all(x == self.canonical for x in nans) else ARITHMETIC

    # -- Arithmetic --

    def add(self, a, b):
        if self.is_nan(a) or self.is_nan(b):
            return self.nan_of(a, b)
        if self.is_infinite(a):
            return CANONICAL if self.is_infinite(b) and a != b else a
        if self.is_infinite(b):
            return b
        both_negative = self.negative(a) and self.negative(b)
        return self.round(self.value(a) + self.value(b), both_negative)

    def sub(self, a, b):
        return self.nan_of(a, b) if self.is_nan(b) else self.add(a, b ^ self.sign)

    def mul(self, a, b):
        if self.is_nan(a) or self.is_nan(b):
            return self.nan_of(a, b)
        sign = (a ^ b) & self.sign
        if self.is_infinite(a) or self.is_infinite(b):
            return CANONICAL if self.is_zero(a) or self.is_zero(b) else sign | self.infinity
        return self.round(self.value(a) * self.value(b), sign != 0) | sign

    def div(self, a, b):
        if self.is_nan(a) or self.is_nan(b):
            return self.nan_of(a, b)
        sign = (a ^ b) & self.sign
        if self.is_infinite(a):
            return CANONICAL if self.is_infinite(b) else sign | self.infinity
        if self.is_infinite(b):
            return sign
        if self.is_zero(b):
            return CANONICAL if self.is_zero(a) else sign | self.infinity
        return self.round(self.value(a) / self.value(b), sign != 0) | sign

    def sqrt(self, a):
        if self.is_nan(a):
            return self.nan_of(a)
        if self.is_zero(a) or a == self.infinity:
            return a
        if self.negative(a):
            return CANONICAL
        number = self.value(a)
        # Enough bits that rounding the root and one sticky bit is exact.
        shift = 2 * (2 * self.fraction + self.bias + 8)
        scaled = number * Fraction(2) ** shift
        root = math.isqrt(scaled.numerator // scaled.denominator)
        sticky = Fraction(root * root) != scaled
        return self.round((Fraction(root) + Fraction(int(sticky), 2)) / Fraction(2) ** (shift // 2))

    def fma(self, a, b, c):
        """a × b + c for finite operands with a result that is not zero."""
        return self.round(self.value(a) * self.value(b) + self.value(c))

    def _extreme(self, a, b, less):
        if self.is_nan(a) or self.is_nan(b):
            return self.nan_of(a, b)
        if self.is_zero(a) and self.is_zero(b):
            return a | b if less else a & b
        return a if (self.compare(a, b) < 0) == less else b

    def min(self, a, b):
        return self._extreme(a, b, True)

    def max(self, a, b):
        return self._extreme(a, b, False)

    def pmin(self, a, b):
        return b if self.lt(b, a) else a

    def pmax(self, a, b):
        return b if self.lt(a, b) else a

    def copysign(self, a, b):
        return a & ~self.sign | b & self.sign

    def abs(self, a):
        return a & ~self.sign

    def neg(self, a):
        return a ^ self.sign

    def _integral(self, a, rounding):
        if self.is_nan(a):
            return self.nan_of(a)
        if self.is_infinite(a):
            return a
        return self.round(Fraction(rounding(self.value(a))), self.negative(a)) | a & self.sign

    def ceil(self, a):
        return self._integral(a, math.ceil)

    def floor(self, a):
        return self._integral(a, math.floor)

    def trunc(self, a):
        return self._integral(a, math.trunc)

    def nearest(self, a):
        return self._integral(a, round)

    # -- Comparisons --

    def order(self, x):
        """A key that sorts all but NaNs."""
        return -(x & (self.sign - 1)) if self.negative(x) else x

    def compare(self, a, b):
        """-1, 0 or 1; None for NaNs."""
        if self.is_nan(a) or self.is_nan(b):
            return None
        return (self.order(a) > self.order(b)) - (self.order(a) < self.order(b))

    def eq(self, a, b):
        return int(self.compare(a, b) == 0)

    def ne(self, a, b):
        return int(self.compare(a, b) != 0)

    def lt(self, a, b):
        return int(self.compare(a, b) == -1)

    def gt(self, a, b):
        return int(self.compare(a, b) == 1)

    def le(self, a, b):
        return int(self.compare(a, b) in (-1, 0))

    def ge(self, a, b):
        return int(self.compare(a, b) in (0, 1))

    # -- Conversions --

    def to_integer(self, x, bits, signed):
        """The truncated integer, or the text of the trap."""
        if self.is_nan(x):
            return "invalid conversion to integer"
        low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
        whole = None if self.is_infinite(x) else math.trunc(self.value(x))
        if whole is None or not low <= whole <= high:
            return "integer overflow"
        return whole & ((1 << bits) - 1)

    def to_integer_sat(self, x, bits, signed):
        result = self.to_integer(x, bits, signed)
        if result == "invalid conversion to integer":
            return 0
        if result == "integer overflow":
            low, high = (1 << (bits - 1), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
            return low if self.negative(x) else high
        return result

    def convert(self, x, source):
        """From another format."""
        if source.is_nan(x):
            return source.nan_of(x)
        sign = self.sign if source.negative(x) else 0
        if source.is_infinite(x):
            return sign | self.infinity
        return self.round(source.value(x), sign != 0) | sign

    def literal(self, x):
        """As the text format writes it."""
        if isinstance(x, str):
            return x
        sign = "-" if self.negative(x) else ""
        mantissa = x & ((1 << self.fraction) - 1)
        if self.is_nan(x):
            return f"{sign}nan:0x{mantissa:x}"
        if self.is_infinite(x):
            return f"{sign}inf"
        field = x >> self.fraction & ((1 << self.exponent_bits) - 1)
        shift = -self.fraction % 4  # whole hex digits
        exponent = max(field, 1) - self.bias
        digits = f"{mantissa << shift:0{(self.fraction + 3) // 4}x}"
        return f"{sign}0x{int(field > 0)}.{digits}p{exponent}"


F32, F64 = Format(32, 23), Format(64, 52)
FORMATS = {32: F32, 64: F64}


def samples(fmt):
    """Bit patterns where mistakes live."""
    one = fmt.bias << fmt.fraction
    half_step = fmt.round(Fraction(1, 2))
    numbers = [Fraction(n, 4) for n in (1, 2, 3, 6, 10, 14, 18, 22)]
    numbers += [Fraction(3), Fraction(10) ** 10, Fraction(1, 3), Fraction(2) ** fmt.fraction,
                Fraction(2) ** (fmt.fraction + 1) - 1, Fraction(2) ** fmt.fraction - Fraction(1, 2),
                Fraction(2) ** 31, Fraction(2) ** 31 - 1, Fraction(2) ** 32, Fraction(2) ** 32 - 1,
                Fraction(2) ** 63, Fraction(2) ** 64, Fraction(2) ** 31 + Fraction(1, 2)]
    patterns = [0, 1, 2, fmt.infinity, fmt.largest, fmt.canonical, fmt.infinity | 1,
                fmt.canonical | 5, 1 << fmt.fraction, (1 << fmt.fraction) - 1, one, one + 1,
                one - 1, half_step + 1, half_step - 1]
    patterns += [fmt.round(n) for n in numbers]
    patterns += [fmt.round(Fraction(2) ** n) - 1 for n in (31, 32, 63, 64)]
    return sorted({p | sign for p in patterns for sign in (0, fmt.sign)})
