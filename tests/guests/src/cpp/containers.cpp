// SPDX-License-Identifier: Apache-2.0
// The C++ library at work: containers, algorithms, strings, streams, virtual calls,
// variants, smart pointers and formatted numbers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

namespace {

struct Node {
  virtual ~Node() = default;
  virtual double value() const = 0;
};

struct Number final : Node {
  explicit Number(double n) : m_n(n) {}
  double value() const override { return m_n; }
  double m_n;
};

struct Operation final : Node {
  Operation(char op, std::unique_ptr<Node> l, std::unique_ptr<Node> r)
      : m_op(op), m_left(std::move(l)), m_right(std::move(r)) {}
  double value() const override {
    double l = m_left->value(), r = m_right->value();
    return m_op == '+' ? l + r : m_op == '-' ? l - r : m_op == '*' ? l * r : l / r;
  }
  char m_op;
  std::unique_ptr<Node> m_left, m_right;
};

// sum = product { (+|-) product }, product = atom { (*|/) atom }, atom = number | ( sum )
class Parser {
 public:
  explicit Parser(std::string text) : m_in(std::move(text)) {}
  std::unique_ptr<Node> sum() {
    return chain("+-", [this] { return chain("*/", [this] { return atom(); }); });
  }

 private:
  std::unique_ptr<Node> chain(const char* ops, const std::function<std::unique_ptr<Node>()>& next) {
    auto left = next();
    while (std::string(ops).find(static_cast<char>(peek())) != std::string::npos && peek() > 0) {
      char op = static_cast<char>(m_in.get());
      left = std::make_unique<Operation>(op, std::move(left), next());
    }
    return left;
  }
  std::unique_ptr<Node> atom() {
    if (peek() == '(') {
      m_in.get();
      auto inner = sum();
      peek();
      m_in.get();
      return inner;
    }
    double n = 0;
    m_in >> n;
    return std::make_unique<Number>(n);
  }
  int peek() {
    m_in >> std::ws;
    return m_in.peek();
  }
  std::istringstream m_in;
};

void count_lines() {
  std::map<std::size_t, int> lengths;
  std::unordered_map<std::string, int> words;
  std::string line;
  while (std::getline(std::cin, line)) {
    ++lengths[line.size() / 10];
    std::istringstream in(line);
    for (std::string word; in >> word;) {
      ++words[word];
    }
  }
  for (auto [tens, count] : lengths) {
    std::cout << "lines of " << tens * 10 << "+ characters: " << count << '\n';
  }
  auto most = std::max_element(words.begin(), words.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second, b.first) < std::tie(b.second, a.first);
  });
  std::cout << words.size() << " words, most often '" << most->first << "'\n";
}

void shortest_paths() {
  constexpr int Side = 60;
  std::mt19937 random(7);
  std::vector<int> cost(Side * Side);
  std::generate(cost.begin(), cost.end(), [&] { return static_cast<int>(random() % 9) + 1; });
  std::vector<int> best(cost.size(), 1 << 30);
  using Entry = std::pair<int, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  open.emplace(best[0] = 0, 0);
  while (!open.empty()) {
    auto [far, at] = open.top();
    open.pop();
    if (far > best[static_cast<std::size_t>(at)]) {
      continue;
    }
    for (int step : {-Side, -1, 1, Side}) {
      int to = at + step;
      bool wraps = (step == -1 && at % Side == 0) || (step == 1 && to % Side == 0);
      if (to < 0 || to >= Side * Side || wraps) {
        continue;
      }
      auto index = static_cast<std::size_t>(to);
      if (far + cost[index] < best[index]) {
        open.emplace(best[index] = far + cost[index], to);
      }
    }
  }
  std::cout << "far corner costs " << best.back() << '\n';
}

void variants() {
  using Value = std::variant<int, std::string, std::vector<double>>;
  std::array<Value, 3> values{42, std::string("text"), std::vector<double>{0.5, 1.5, 2.25}};
  for (const Value& value : values) {
    std::visit(
        [](const auto& v) {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<double>>) {
            std::cout << std::accumulate(v.begin(), v.end(), 0.0) << ' ';
          } else {
            std::cout << v << ' ';
          }
        },
        value);
  }
  std::optional<int> nothing;
  std::cout << nothing.value_or(-1) << '\n';
}

}  // namespace

int main() {
  std::cout << std::fixed << std::setprecision(4)
            << Parser("(1 + 2) * 3 - 4 / (5 + 6) * 2").sum()->value() << '\n';
  count_lines();
  shortest_paths();
  variants();
  std::set<std::uint64_t> squares;
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    squares.insert(i * i % 10007);
  }
  std::cout << squares.size() << " residues, sum "
            << std::accumulate(squares.begin(), squares.end(), std::uint64_t{0}) << '\n';
  std::cout << std::hex << std::showbase << 0xdecafbadu << ' ' << std::hypot(3.0, 4.0) << '\n';
}
