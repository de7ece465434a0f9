// SPDX-License-Identifier: Apache-2.0
// A parser and evaluator of sums that reports mistakes by exceptions of several types, with objects
// to be destroyed on the way, then exceptions in numbers.
#include <cctype>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

int alive = 0;

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  ~Counted() { --alive; }
};

struct SyntaxError : std::runtime_error {
  SyntaxError(size_t position, const std::string& what) : runtime_error(what), at(position) {}
  size_t at;
};

struct Overflow {
  long value;
};

class Parser : Counted {
 public:
  explicit Parser(std::string text) : m_text(std::move(text)) {}

  long run() {
    const long value = sum();
    if (m_at != m_text.size()) throw SyntaxError(m_at, "something is left");
    return value;
  }

 private:
  long sum() {
    long value = product();
    while (peek() == '+' || peek() == '-') value += next() == '+' ? product() : -product();
    if (value > 1'000'000) throw Overflow{value};
    return value;
  }
  long product() {
    Counted here;
    long value = factor();
    while (peek() == '*' || peek() == '/') {
      const char which = next();
      const long right = factor();
      if (which == '/' && right == 0) throw std::domain_error("division by zero");
      value = which == '*' ? value * right : value / right;
    }
    return value;
  }
  long factor() {
    const auto here = std::make_unique<Counted>();
    if (peek() == '(') {
      next();
      const long value = sum();
      if (next() != ')') throw SyntaxError(m_at, "no closing bracket");
      return value;
    }
    std::string digits;
    while (std::isdigit(static_cast<unsigned char>(peek()))) digits += next();
    if (digits.empty()) throw SyntaxError(m_at, "a number is missing");
    return std::stol(digits);  // throws std::out_of_range inside the library
  }
  char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
  char next() { return m_text.at(m_at++); }  // throws at the end

  std::string m_text;
  size_t m_at = 0;
};

void evaluate(const char* text) {
  std::printf("%s: ", text);
  try {
    try {
      std::printf("%ld\n", Parser(text).run());
    } catch (const SyntaxError& e) {
      std::printf("[%zu] ", e.at);
      throw;
    } catch (const Overflow& e) {
      throw std::string(e.value > 2'000'000 ? "far" : "just") + " too large";
    }
  } catch (const SyntaxError& e) {
    std::printf("%s\n", e.what());
  } catch (const std::logic_error& e) {
    std::printf("logic: %s\n", dynamic_cast<const std::domain_error*>(&e) ? e.what() : "other");
  } catch (const std::string& text_thrown) {
    std::printf("%s\n", text_thrown.c_str());
  } catch (...) {
    std::printf("unknown\n");
  }
}

[[gnu::noinline]] int descend(int depth, int bottom) {
  Counted here;
  if (depth == bottom) throw depth;
  return descend(depth + 1, bottom) + alive;
}

struct Thrower : Counted {
  explicit Thrower(bool fails) {
    if (fails) throw std::runtime_error("not made");
  }
};

void construction() {
  try {
    std::vector<std::unique_ptr<Thrower>> made;
    for (int i = 0; i < 5; ++i) made.push_back(std::make_unique<Thrower>(i == 3));
  } catch (const std::exception& e) {
    std::printf("%s, %d alive\n", e.what(), alive);
  }
}

void nested() {
  try {
    try {
      throw std::out_of_range("below");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("above"));
    }
  } catch (const std::runtime_error& e) {
    try {
      std::rethrow_if_nested(e);
    } catch (const std::out_of_range& inner) {
      std::printf("%s, from %s\n", e.what(), inner.what());
    }
  }
}

void kept() {
  std::exception_ptr held;
  try {
    throw Overflow{77};
  } catch (...) {
    held = std::current_exception();
  }
  for (int i = 0; i < 2; ++i) try {
      std::rethrow_exception(held);
    } catch (const Overflow& e) {
      std::printf("kept %ld\n", e.value + i);
    }
}

}  // namespace

int main() {
  for (const char* text : {"1+2*3", "(4-6)*(7+1)", "2*(3+", "5/(3-3)", "7 7", "1000*1001",
                           "99999999999999999999", "2000000+1", ""})
    evaluate(text);
  int depths = 0;
  for (int bottom = 1; bottom <= 2000; bottom += 13) try {
      descend(0, bottom);
    } catch (int depth) {
      depths += depth;
    }
  std::printf("depths %d\n", depths);
  long total = 0;
  for (int i = 0; i < 30'000; ++i) try {
      if (i % 4 == 0) throw i;
      ++total;
    } catch (int value) {
      total += value % 3;
    }
  std::printf("total %ld\n", total);
  construction();
  nested();
  kept();
  std::printf("alive %d, in flight %d\n", alive, std::uncaught_exceptions());
}
