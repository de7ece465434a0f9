// SPDX-License-Identifier: Apache-2.0
// Maps, lists, strings and sequences of the Kotlin library: everything here is objects and closures.
class Random(var state: UInt) {
    fun next(): UInt {
        state = state xor (state shl 13)
        state = state xor (state shr 17)
        state = state xor (state shl 5)
        return state
    }
}

data class Order(val id: Int, val city: String, val cents: Long, val tags: List<String>)

fun orders(count: Int): List<Order> {
    val random = Random(2463534242u)
    val cities = listOf("Oslo", "Lima", "Accra", "Hanoi", "Quito", "Perth", "Turin", "Minsk")
    return List(count) { id ->
        val tags = List((random.next() % 4u).toInt()) { "t" + random.next() % 50u }
        Order(id, cities[(random.next() % 8u).toInt()], (random.next() % 100000u).toLong(), tags)
    }
}

fun main() {
    val all = orders(60000)
    val byCity = all.groupBy { it.city }.mapValues { (_, list) -> list.sumOf { it.cents } }
    for ((city, sum) in byCity.entries.sortedByDescending { it.value }) println("$city $sum")
    val tags = HashMap<String, Int>()
    for (round in 1..10) for (order in all) for (tag in order.tags) {
        tags[tag] = (tags[tag] ?: 0) + order.id % round
    }
    println(tags.entries.sortedWith(compareBy({ -it.value }, { it.key })).take(5))
    val sorted = all.sortedWith(compareBy({ it.cents }, { -it.id }))
    println(sorted.take(3).joinToString(" ") { it.id.toString() })
    val words = all.asSequence().flatMap { it.tags.asSequence() }.map { it.reversed() }
        .filter { it.length > 2 }.groupingBy { it.first() }.eachCount()
    println(words.toList().sortedBy { it.first })
    val text = StringBuilder()
    for (order in all) if (order.cents % 97L == 0L) text.append(order.city[0]).append(order.id % 10)
    println("${text.length} ${text.toString().hashCode()}")
}
