-- SPDX-License-Identifier: Apache-2.0
-- Errors of all kinds, caught and not: inside coroutines, closers, sorting, patterns, deep calls.

local function show(...) print(select("#", ...), ...) end

show(pcall(error, "text"))
show(pcall(error, { code = 7 }) == false)
show(select(2, pcall(error, setmetatable({}, { __tostring = function() return "object" end }))))
show(pcall(function() local t = nil; return t.field end))
show(pcall(function() return 1 + {} end))
show(pcall(string.rep))
show(pcall(string.gsub, "x", "(", ""))
show(xpcall(function() error("inner", 0) end, function(m) return "handled " .. m end))
show(select(2, xpcall(error, function(m) error("again") end, "x")) ~= nil)

-- A closed variable sees the error on its way.
show(pcall(function()
  local held <close> = setmetatable({}, { __close = function(_, e) print("closing", e) end })
  error("past it", 0)
end))

-- Coroutines: an error ends one, pcall inside yields through.
local co = coroutine.wrap(function()
  local ok, value = pcall(function()
    local got = coroutine.yield(1)
    error("got " .. got, 0)
  end)
  coroutine.yield(value)
  error("end of it", 0)
end)
show(co())
show(co("that"))
show(pcall(co))

-- Out of a comparison inside sort, which is C.
show(pcall(table.sort, { 3, 1, 2, 5, 4 }, function(a, b)
  if a == 5 or b == 5 then error("five", 0) end
  return a < b
end))

-- Deep: the error passes a thousand frames, or there are too many.
local function down(n) if n == 0 then error("bottom", 0) end; return 1 + down(n - 1) end
show(pcall(down, 1000))
local function forever() return 1 + forever() end
local ok, message = pcall(forever)
show(ok, (message:gsub("%(.*", "")))

-- In numbers.
local caught, sum = 0, 0
for i = 1, 30000 do
  local fine, value = pcall(function(n)
    if n % 3 == 0 then error(n, 0) end
    return n
  end, i)
  if not fine then caught = caught + 1 end
  sum = sum + value
end
show(caught, sum)

local chunk, complaint = load("x = = 1", "=chunk")
show(chunk, complaint)
error("nobody catches this")
