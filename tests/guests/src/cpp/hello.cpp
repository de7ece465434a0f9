// SPDX-License-Identifier: Apache-2.0
// The smallest use of the stream library, whose start-up is what it costs.
#include <iostream>

int main() { std::cout << "Hello from C++\n"; }
