# SPDX-License-Identifier: Apache-2.0
"""The parts of zhan-bench: cases, engines, measuring, statistics, reports, counts."""
