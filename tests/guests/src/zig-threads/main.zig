// SPDX-License-Identifier: Apache-2.0
//! Eight threads by wasi-threads (Zig 0.17): work taken from a shared counter, a barrier on
//! memory.atomic.wait32 and notify, then a second phase that reads what others wrote.
const std = @import("std");

/// The standard library's allocator for Wasm does not exist in threaded builds of this release.
pub const panic = std.debug.no_panic;

const workers = 8;
const numbers = 100_000;
const share = 250;

var lengths: [numbers]u32 = undefined;
var sums: [workers]u64 = @splat(0);
var next: std.atomic.Value(u32) = .init(1);
var places: std.atomic.Value(u32) = .init(0);
var barrier: Barrier = .{};
threadlocal var turns: u32 = 0;

fn sleepOn(word: *u32, value: u32) void {
    _ = asm volatile (
        \\local.get %[word]
        \\local.get %[value]
        \\i64.const -1
        \\memory.atomic.wait32 0
        \\local.set %[result]
        : [result] "=r" (-> u32),
        : [word] "r" (word),
          [value] "r" (value),
        : .{ .memory = true });
}

fn wakeAll(word: *u32) void {
    _ = asm volatile (
        \\local.get %[word]
        \\i32.const -1
        \\memory.atomic.notify 0
        \\local.set %[result]
        : [result] "=r" (-> u32),
        : [word] "r" (word),
        : .{ .memory = true });
}

const Barrier = struct {
    arrived: u32 = 0,
    open: u32 = 0,

    fn pass(b: *Barrier) void {
        if (@atomicRmw(u32, &b.arrived, .Add, 1, .acq_rel) + 1 == workers) {
            @atomicStore(u32, &b.open, 1, .release);
            wakeAll(&b.open);
        }
        while (@atomicLoad(u32, &b.open, .acquire) == 0) sleepOn(&b.open, 0);
    }
};

fn collatz(start: u32) u32 {
    var n: u64 = start;
    var steps: u32 = 0;
    while (n != 1) : (steps += 1) n = if (n % 2 == 0) n / 2 else 3 * n + 1;
    return steps;
}

fn work() void {
    const place = places.fetchAdd(1, .monotonic);
    while (true) {
        const from = next.fetchAdd(share, .monotonic);
        if (from >= numbers) break;
        var n = from;
        while (n < @min(from + share, numbers)) : (n += 1) lengths[n] = collatz(n);
        turns += 1;
    }
    barrier.pass();
    // Every eighth number, whoever computed it.
    var n: u32 = 1 + place;
    while (n < numbers) : (n += workers) sums[place] += @as(u64, lengths[n]) * n;
}

pub fn main() void {
    const Static = struct {
        var memory: [workers * (384 << 10)]u8 align(16) = undefined;
    };
    var fixed: std.heap.FixedBufferAllocator = .init(&Static.memory);
    var threads: [workers]std.Thread = undefined;
    for (&threads) |*thread| thread.* = std.Thread.spawn(.{
        .allocator = fixed.allocator(),
        .stack_size = 256 << 10,
    }, work, .{}) catch @trap();
    for (threads) |thread| thread.join();
    var total: u64 = 0;
    for (sums) |sum| total += sum;
    var longest: u32 = 1;
    for (1..numbers) |n| if (lengths[n] > lengths[longest]) {
        longest = @intCast(n);
    };
    var buffer: [128]u8 = undefined;
    const text = std.fmt.bufPrint(&buffer, "{d} threads: longest {d} with {d} steps, sum {d}, own turns {d}\n", .{
        workers, longest, lengths[longest], total, turns,
    }) catch @trap();
    var written: usize = 0;
    _ = std.os.wasi.fd_write(1, &.{.{ .base = text.ptr, .len = text.len }}, 1, &written);
}
