// SPDX-License-Identifier: Apache-2.0

// Reads text on stdin; goroutines, channels, select with timers, maps, sorting,
// reflection (JSON), big numbers, recovered panics, files and the garbage collector.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

type lineInfo struct {
	Number int      `json:"number"`
	Words  []string `json:"words"`
	Vowels int      `json:"vowels,omitempty"`
}

func study(number int, line string) lineInfo {
	info := lineInfo{Number: number, Words: strings.Fields(strings.ToLower(line))}
	for _, r := range line {
		if strings.ContainsRune("aeiou", r) {
			info.Vowels++
		}
	}
	return info
}

// studyAll gives every line to one of four workers.
func studyAll(lines []string) []lineInfo {
	type job struct {
		number int
		line   string
	}
	jobs := make(chan job)
	results := make(chan lineInfo, 4)
	var workers sync.WaitGroup
	for range 4 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for j := range jobs {
				results <- study(j.number, j.line)
			}
		}()
	}
	go func() {
		for i, line := range lines {
			jobs <- job{i + 1, line}
		}
		close(jobs)
		workers.Wait()
		close(results)
	}()
	var all []lineInfo
	for info := range results {
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b lineInfo) int { return a.Number - b.Number })
	return all
}

func factorial(n int64) *big.Int {
	return new(big.Int).MulRange(1, n)
}

func recovered(f func()) (text string) {
	defer func() { text = fmt.Sprint("recovered: ", recover()) }()
	f()
	return "no panic"
}

// churn keeps few and drops many small objects, so that the collector runs.
func churn() (runs bool, kept int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	keep := map[int][]byte{}
	for i := range 40000 {
		keep[i%500] = make([]byte, 1024)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return after.NumGC > before.NumGC, len(keep)
}

func timers() string {
	start := time.Now()
	select {
	case <-time.After(30 * time.Millisecond):
	case <-time.After(10 * time.Second):
		return "the wrong timer fired"
	}
	waited := time.Since(start)
	if waited < 25*time.Millisecond || waited > 5*time.Second {
		return fmt.Sprint("waited ", waited)
	}
	return "timers fire in order"
}

func main() {
	var lines []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines = append(lines, in.Text())
	}
	for _, info := range studyAll(lines) {
		text, err := json.Marshal(info)
		fmt.Println(string(text), err)
	}
	fmt.Println(factorial(50))
	fmt.Println(recovered(func() { var none map[string]int; none["x"] = 1 }))
	fmt.Println(recovered(func() { var p *lineInfo; fmt.Println(p.Number) }))
	_, err := os.Open("missing.txt")
	fmt.Println("missing file:", errors.Is(err, fs.ErrNotExist))
	fmt.Println(timers())
	runs, kept := churn()
	fmt.Println("collector ran:", runs, "kept:", kept)
	if len(os.Args) > 1 {
		os.Exit(len(os.Args) - 1)
	}
}
