// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

// micro prints the small measures in nanoseconds, as JSON.
func micro(interp bool, file string) {
	ctx := context.Background()
	runtime := newRuntime(ctx, interp)
	must(runtime.NewHostModuleBuilder("host").NewFunctionBuilder().WithFunc(
		func(a, b int32) int32 { return a + b }).Export("add").Instantiate(ctx))
	compiled := must(runtime.CompileModule(ctx, must(os.ReadFile(file))))
	config := wazero.NewModuleConfig().WithName("")
	start := func() api.Module { return must(runtime.InstantiateModule(ctx, compiled, config)) }
	instance := start()
	call := func(name string, count int, arguments ...uint64) float64 {
		function := instance.ExportedFunction(name)
		return nanoseconds(count, func() { must(function.Call(ctx, arguments...)) })
	}
	instantiate := nanoseconds(100, func() { _ = start().Close(ctx) })
	fmt.Printf(`{"call_nothing": %f, "call_with_a_value": %f, "call_the_host": %f, `+
		`"instantiate": %f, "grow_memory": %f}`+"\n", call("nothing", 20000),
		call("one", 20000, 7), call("call_host", 20, 1000)/1000, instantiate, grow(ctx, start))
}

// nanoseconds is the best of twenty batches.
func nanoseconds(count int, work func()) float64 {
	best := time.Hour
	for batch := 0; batch < 20; batch++ {
		begin := time.Now()
		for i := 0; i < count; i++ {
			work()
		}
		best = min(best, time.Since(begin))
	}
	return float64(best.Nanoseconds()) / float64(count)
}

// grow takes one page at a time, 500 for each instance.
func grow(ctx context.Context, start func() api.Module) float64 {
	best := time.Hour
	for round := 0; round < 10; round++ {
		instance := start()
		function := instance.ExportedFunction("grow")
		begin := time.Now()
		for i := 0; i < 500; i++ {
			must(function.Call(ctx))
		}
		best = min(best, time.Since(begin))
		_ = instance.Close(ctx)
	}
	return float64(best.Nanoseconds()) / 500
}
