// SPDX-License-Identifier: Apache-2.0
// The compiled half of fmt, built into our own archive: Debian ships it only as a shared library,
// and including it in every file (FMT_HEADER_ONLY) costs two seconds of compile time each.
#include <fmt/format-inl.h>

namespace fmt::inline v9::detail {
template auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
template void buffer<char>::append(const char*, const char*);
template void vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>,
                         locale_ref);
}  // namespace fmt::inline v9::detail
