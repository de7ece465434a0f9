// SPDX-License-Identifier: Apache-2.0
// The binary modules in the official test suite (ZHAN_TESTSUITE or ../shared/testsuite; skipped
// when absent), found by a scanner that knows just strings, comments and parentheses.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

namespace fs = std::filesystem;

fs::path suite_folder() {
  const char* set = std::getenv("ZHAN_TESTSUITE");
  return set != nullptr ? fs::path(set) : fs::path(ZHAN_SOURCE_DIR) / "../shared/testsuite";
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A piece of a script: a parenthesis, a word, or a string with its escapes resolved.
struct Token {
  enum class Kind { open, close, word, string, end } kind = Kind::end;
  std::string text;
};

class Scanner {
 public:
  explicit Scanner(std::string text) : m_text(std::move(text)) {}

  Token next() {
    skip();
    if (m_at >= m_text.size()) return {};
    const char c = m_text[m_at];
    if (c == '(' || c == ')') {
      ++m_at;
      return {c == '(' ? Token::Kind::open : Token::Kind::close, {}};
    }
    return c == '"' ? string() : word();
  }

 private:
  void skip() {
    for (;;) {
      while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])) != 0)
        ++m_at;
      if (m_text.compare(m_at, 2, ";;") == 0) {
        m_at = std::min(m_text.find('\n', m_at), m_text.size());
      } else if (m_text.compare(m_at, 2, "(;") == 0) {
        m_at = std::min(m_text.find(";)", m_at), m_text.size() - 2) + 2;
      } else {
        return;
      }
    }
  }
  Token word() {
    const usize start = m_at;
    while (m_at < m_text.size() &&
           std::string_view(" \t\r\n()\";").find(m_text[m_at]) == std::string_view::npos)
      ++m_at;
    if (m_at == start) ++m_at;
    return {Token::Kind::word, m_text.substr(start, m_at - start)};
  }
  Token string() {
    Token token{Token::Kind::string, {}};
    for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at) {
      if (m_text[m_at] != '\\')
        token.text += m_text[m_at];
      else
        escape(token.text);
    }
    ++m_at;
    return token;
  }
  void escape(std::string& out) {
    const char c = m_text[++m_at];
    const std::string_view named = "ntr\\'\"", values = "\n\t\r\\'\"";
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::stoi(m_text.substr(m_at++, 2), nullptr, 16));
    } else if (const usize i = named.find(c); i != std::string_view::npos) {
      out += values[i];
    } else {
      out += c;
    }
  }

  std::string m_text;
  usize m_at = 0;
};

/// A binary module of a script, and the assertion it stands in ("" if it is just a module).
struct Case {
  std::string file;
  std::string assertion;
  std::string message;
  Bytes bytes;
};

std::vector<Case> cases_of(const fs::path& file) {
  std::vector<Case> cases;
  Scanner scanner(contents(file));
  std::string assertion;
  Token token = scanner.next();
  int depth = 0;
  while (token.kind != Token::Kind::end) {
    if (token.kind == Token::Kind::open && ++depth == 1) assertion.clear();
    if (token.kind == Token::Kind::close) --depth;
    if (token.kind == Token::Kind::word && depth == 1 && token.text.starts_with("assert_"))
      assertion = token.text;
    if (token.kind != Token::Kind::word || token.text != "binary" || depth > 2) {
      token = scanner.next();
      continue;
    }
    Case found{file.filename().string(), assertion, {}, {}};
    while ((token = scanner.next()).kind == Token::Kind::string)
      found.bytes.insert(found.bytes.end(), token.text.begin(), token.text.end());
    if (!assertion.empty()) {  // the module's parenthesis, then the message
      token = scanner.next();
      --depth;
      found.message = token.text;
    }
    cases.push_back(std::move(found));
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  if (!fs::is_directory(suite_folder())) return all;
  for (const auto& entry : fs::recursive_directory_iterator(suite_folder()))
    if (entry.path().extension() == ".wast")
      for (Case& c : cases_of(entry.path())) all.push_back(std::move(c));
  return all;
}

// Errors inside bodies are the validator's; a decoder may accept those modules.
bool is_for_the_validator(const Case& c) {
  static constexpr std::string_view messages[] = {"data count section required",
                                                  "malformed memop flags",
                                                  "integer",
                                                  "illegal opcode",
                                                  "unexpected end",
                                                  "type mismatch",
                                                  "zero byte expected"};
  for (const std::string_view message : messages)
    if (c.message.starts_with(message)) return true;
  return false;
}

void check_malformed(const Case& c, usize& refused, usize& left) {
  const auto result = try_decode(c.bytes);
  if (result) {
    ++left;
    EXPECT_TRUE(is_for_the_validator(c)) << c.file << ": " << c.message;
    return;
  }
  ++refused;
  EXPECT_EQ(result.error().kind(), ErrorKind::malformed) << c.file << ": " << c.message;
  EXPECT_EQ(result.error().message().find(c.message), 0u)
      << c.file << ": " << c.message << "\nbut: " << result.error().to_string();
}

TEST(Suite, MalformedBinariesAreRefusedInTheReferenceWords) {
  const auto cases = all_cases();
  if (cases.empty()) GTEST_SKIP() << "no test suite in " << suite_folder();
  usize refused = 0, left = 0;
  for (const Case& c : cases)
    if (c.assertion == "assert_malformed") check_malformed(c, refused, left);
  std::cout << refused << " refused, " << left << " left to the validator\n";
  EXPECT_GT(refused, 800u);
  EXPECT_LT(left, 40u);
}

TEST(Suite, OtherBinariesAreRead) {
  const auto cases = all_cases();
  if (cases.empty()) GTEST_SKIP() << "no test suite in " << suite_folder();
  usize number = 0, identical = 0;
  for (const Case& c : cases) {
    if (c.assertion == "assert_malformed" || c.assertion == "assert_malformed_custom") continue;
    auto module = try_decode(c.bytes);
    ASSERT_TRUE(module) << c.file << ": " << module.error().to_string();
    const Bytes once = encode(*module);
    EXPECT_EQ(encode(good(once)), once) << c.file;
    ++number;
    if (once == c.bytes) ++identical;
  }
  std::cout << number << " read, " << identical << " canonical\n";
  EXPECT_GT(number, 100u);
}

}  // namespace
}  // namespace zhan::binary::test
