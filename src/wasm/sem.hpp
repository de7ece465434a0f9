// SPDX-License-Identifier: Apache-2.0
// The one meaning of every instruction that only computes values: a pure function named after the
// instruction, its operands as parameters (immediates first), its results as result. i32 is u32,
// i64 is u64, f32 is float, f64 is double, v128 is V128; a comparison gives 1 or 0; what may trap
// gives a Trapping. Interpreter, constant expressions and constant folding call these; compiled
// code is tested against them. All are safe to call from any thread, with any operands.
#pragma once

#include "wasm/sem_convert.hpp"
#include "wasm/sem_float.hpp"
#include "wasm/sem_int.hpp"
#include "wasm/sem_simd_compare.hpp"
#include "wasm/sem_simd_convert.hpp"
#include "wasm/sem_simd_float.hpp"
#include "wasm/sem_simd_int.hpp"
#include "wasm/sem_simd_move.hpp"
#include "wasm/sem_simd_relaxed.hpp"
#include "wasm/sem_simd_widen.hpp"
#include "wasm/sem_wide.hpp"
