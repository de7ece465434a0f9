// SPDX-License-Identifier: Apache-2.0
// Sealed classes, virtual calls, casts and exceptions: an evaluator of random expressions.
sealed class Term {
    abstract fun depth(): Int
}
class Number(val value: Long) : Term() {
    override fun depth() = 1
}
class Binary(val sign: Char, val left: Term, val right: Term) : Term() {
    override fun depth() = 1 + maxOf(left.depth(), right.depth())
}
class Negated(val term: Term) : Term() {
    override fun depth() = 1 + term.depth()
}
class DivisionByZero(val at: Int) : Exception("division by zero in a term of depth $at")

class Maker(var state: UInt) {
    private fun next(below: UInt): UInt {
        state = state * 1664525u + 1013904223u
        return (state shr 8) % below
    }
    fun make(depth: Int): Term = when {
        depth == 0 -> Number(next(10u).toLong())
        next(6u) == 0u -> Negated(make(depth - 1))
        else -> Binary("+-*/"[next(4u).toInt()], make(depth - 1), make(depth - 1))
    }
}

fun value(term: Term): Long = when (term) {
    is Number -> term.value
    is Negated -> -value(term.term)
    is Binary -> {
        val left = value(term.left)
        val right = value(term.right)
        when (term.sign) {
            '+' -> left + right
            '-' -> left - right
            '*' -> left * right % 1000003
            else -> if (right == 0L) throw DivisionByZero(term.depth()) else left / right
        }
    }
}

fun simplified(term: Term): Term = when (term) {
    is Number -> term
    is Negated -> when (val inner = simplified(term.term)) {
        is Negated -> inner.term
        is Number -> Number(-inner.value)
        else -> Negated(inner)
    }
    is Binary -> {
        val left = simplified(term.left)
        val right = simplified(term.right)
        if (left is Number && right is Number && term.sign == '+') Number(left.value + right.value)
        else Binary(term.sign, left, right)
    }
}

fun main() {
    val maker = Maker(12345u)
    var sum = 0L
    var failed = 0
    var deepest = 0
    for (round in 1..12000) {
        val term = maker.make(4 + round % 5)
        try {
            val before = value(term)
            check(before == value(simplified(term)))
            sum = (sum * 31 + before) % 1000000007
        } catch (error: DivisionByZero) {
            failed++
            deepest = maxOf(deepest, error.at)
        }
    }
    println("sum $sum, divisions by zero $failed, the deepest at $deepest")
    try {
        val any: Any = if (failed > 0) "text" else 1
        println(any as Int)
    } catch (error: ClassCastException) {
        println("a cast failed")
    }
}
