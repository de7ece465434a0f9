// SPDX-License-Identifier: Apache-2.0
//! Arguments, allocation, errors, tagged unions, wide integers and formatted output.
const std = @import("std");

const Shape = union(enum) {
    circle: f64,
    rectangle: struct { width: f64, height: f64 },

    fn area(shape: Shape) f64 {
        return switch (shape) {
            .circle => |radius| std.math.pi * radius * radius,
            .rectangle => |sides| sides.width * sides.height,
        };
    }
};

const Broken = error{ Negative, TooLarge };

fn root(n: i64) Broken!u32 {
    if (n < 0) return Broken.Negative;
    if (n > std.math.maxInt(u32)) return Broken.TooLarge;
    return std.math.sqrt(@as(u32, @intCast(n)));
}

pub fn main(init: std.process.Init) !void {
    var buffer: [1024]u8 = undefined;
    var writer: std.Io.File.Writer = .init(.stdout(), init.io, &buffer);
    const out = &writer.interface;

    const args = try init.minimal.args.toSlice(init.arena.allocator());
    try out.print("{d} arguments\n", .{args.len - 1});
    for (args[1..]) |text| try out.print("  {s}\n", .{text});

    for ([_]Shape{ .{ .circle = 1.5 }, .{ .rectangle = .{ .width = 2, .height = 3.25 } } }) |shape| {
        try out.print("{t} {d:.4}\n", .{ shape, shape.area() });
    }
    for ([_]i64{ 144, -1, 1 << 40 }) |n| {
        if (root(n)) |r| try out.print("root {d}\n", .{r}) else |e| try out.print("{t}\n", .{e});
    }
    var words: std.StringHashMap(u32) = .init(init.gpa);
    defer words.deinit();
    var parts = std.mem.tokenizeScalar(u8, "one two three two three three", ' ');
    while (parts.next()) |word| {
        const entry = try words.getOrPutValue(word, 0);
        entry.value_ptr.* += 1;
    }
    try out.print("{d} words, three {?d} times\n", .{ words.count(), words.get("three") });

    var product: u256 = 1;
    for (1..50) |i| product *= @as(u256, i);
    try out.print("{d}\n", .{product});
    try out.flush();
    if (args.len > 2) std.process.exit(3);
}
