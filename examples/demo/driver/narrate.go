package main

import (
	"fmt"
	"os"
	"strings"
)

// say begins a step of the story, note adds to it.
func (d *demo) say(format string, args ...any)  { fmt.Printf("\n"+format+"\n", args...) }
func (d *demo) note(format string, args ...any) { fmt.Printf("    "+format+"\n", args...) }

// quote shows words of somebody else.
func (d *demo) quote(text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Println("    | " + strings.TrimRight(line, "\n"))
	}
}

func describe(u unit) string {
	text := u.Active
	if u.Sub != "" {
		text += " (" + u.Sub + ")"
	}
	if ready := countActive(u.Workers); len(u.Workers) > 0 {
		text += fmt.Sprintf(", %d of %d workers ready", ready, len(u.Workers))
	}
	return text
}

func countActive(workers []worker) int {
	count := 0
	for _, w := range workers {
		if w.Active == "active" {
			count++
		}
	}
	return count
}

func allActive(workers []worker) bool {
	return len(workers) > 0 && countActive(workers) == len(workers)
}

func account() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}
