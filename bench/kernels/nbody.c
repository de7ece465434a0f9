// SPDX-License-Identifier: Apache-2.0
// Five bodies under gravity, n steps: f64 arithmetic with square roots and divisions.
#include "kernel.h"

enum { Bodies = 5, Axes = 3 };

struct Body {
  double place[Axes], speed[Axes], mass;
};

static struct Body bodies[Bodies];

static double unit(u32* state) { return (double)next_random(state) / 4294967296.0; }

static void place_bodies(void) {
  u32 state = 2463534242u;
  for (int i = 0; i < Bodies; ++i) {
    for (int k = 0; k < Axes; ++k) {
      bodies[i].place[k] = 10.0 * i + unit(&state);
      bodies[i].speed[k] = unit(&state) - 0.5;
    }
    bodies[i].mass = i == 0 ? 40.0 : unit(&state) * 0.05;
  }
}

static void attract(struct Body* a, struct Body* b, double step) {
  double apart[Axes];
  double square = 0.01;
  for (int k = 0; k < Axes; ++k) {
    apart[k] = a->place[k] - b->place[k];
    square += apart[k] * apart[k];
  }
  double pull = step / (square * __builtin_sqrt(square));
  for (int k = 0; k < Axes; ++k) {
    a->speed[k] -= apart[k] * b->mass * pull;
    b->speed[k] += apart[k] * a->mass * pull;
  }
}

static void advance(double step) {
  for (int i = 0; i < Bodies; ++i) {
    for (int j = i + 1; j < Bodies; ++j) {
      attract(&bodies[i], &bodies[j], step);
    }
  }
  for (int i = 0; i < Bodies; ++i) {
    for (int k = 0; k < Axes; ++k) {
      bodies[i].place[k] += step * bodies[i].speed[k];
    }
  }
}

int run(int n) {
  place_bodies();
  for (int i = 0; i < n; ++i) {
    advance(0.001);
  }
  double sum = 0.0;
  for (int i = 0; i < Bodies; ++i) {
    sum += bodies[i].place[0] * (i + 1) + bodies[i].speed[1];
  }
  return f64_checksum(sum);
}
