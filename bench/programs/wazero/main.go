// SPDX-License-Identifier: Apache-2.0

// Runs a module on wazero with the options of `zhan run`; -interp takes its interpreter,
// -compile only compiles, -micro prints the small measures.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

func main() {
	interp := flag.Bool("interp", false, "")
	small := flag.Bool("micro", false, "")
	compile := flag.Bool("compile", false, "")
	invoke := flag.String("invoke", "", "")
	files := wazero.NewFSConfig()
	env := [][2]string{}
	flag.Func("dir", "HOST::GUEST", func(s string) error {
		host, guest, _ := strings.Cut(s, "::")
		if guest == "." {
			guest = "/"
		}
		files = files.WithDirMount(host, guest)
		return nil
	})
	flag.Func("env", "K=V", func(s string) error {
		name, value, _ := strings.Cut(s, "=")
		env = append(env, [2]string{name, value})
		return nil
	})
	flag.Parse()
	code, err := 0, error(nil)
	if *small {
		micro(*interp, flag.Arg(0))
	} else if *compile {
		err = compileOnly(*interp)
	} else {
		code, err = run(*interp, *invoke, files, env)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func newRuntime(ctx context.Context, interp bool) wazero.Runtime {
	config := wazero.NewRuntimeConfig()
	if interp {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	return wazero.NewRuntimeWithConfig(ctx, config)
}

func compileOnly(interp bool) error {
	ctx := context.Background()
	bytes, err := os.ReadFile(flag.Arg(0))
	if err == nil {
		_, err = newRuntime(ctx, interp).CompileModule(ctx, bytes)
	}
	return err
}

func run(interp bool, invoke string, files wazero.FSConfig, env [][2]string) (int, error) {
	ctx := context.Background()
	runtime := newRuntime(ctx, interp)
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	bytes, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		return 1, err
	}
	module := wazero.NewModuleConfig().WithArgs(flag.Args()...).WithStdin(os.Stdin).
		WithStdout(os.Stdout).WithStderr(os.Stderr).WithFSConfig(files).WithRandSource(rand.Reader).
		WithSysWalltime().WithSysNanotime().WithSysNanosleep()
	for _, pair := range env {
		module = module.WithEnv(pair[0], pair[1])
	}
	if invoke != "" {
		module = module.WithStartFunctions("_initialize")
	}
	instance, err := runtime.InstantiateWithConfig(ctx, bytes, module)
	if exit, ok := err.(*sys.ExitError); ok {
		return int(exit.ExitCode()), nil
	}
	if err != nil || invoke == "" {
		return 0, err
	}
	arguments := []uint64{}
	for _, text := range flag.Args()[1:] {
		value, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return 2, err
		}
		arguments = append(arguments, uint64(value))
	}
	results, err := instance.ExportedFunction(invoke).Call(ctx, arguments...)
	for _, value := range results {
		fmt.Println(int32(value))
	}
	return 0, err
}
