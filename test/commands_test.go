package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"unitd/internal/testuser"
)

var errUnknownCondition = errors.New("no such condition")

var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"manager": startManager, "end": endManager, "exits": exits, "poll": poll,
	"http": fetch, "json": checkJSON, "keep": keepJSON, "signal": sendSignal, "hold": hold,
	"stranger": asStranger, "die": die,
}

// exits runs a program and wants one exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARG…]")
	}
	if got := statusOf(ts, args[1:]); got != want {
		ts.Fatalf("%s exited %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// asStranger runs a program as another account, with -group as a member of this one's group, and wants one exit status.
func asStranger(ts *testscript.TestScript, neg bool, args []string) {
	shared := len(args) > 0 && args[0] == "-group"
	if shared {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: stranger [-group] STATUS PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	program := args[1]
	if !strings.Contains(program, "/") {
		program = filepath.Join(ts.Getenv("STAGE"), "bin", program)
	}
	got, err := testuser.AsStranger(shared, []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}, append([]string{program}, args[2:]...)...)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("stranger.out"), []byte(got.Stdout+got.Stderr+"\n"), 0o644))
	if got.Status != want {
		ts.Fatalf("as a stranger %s exited %d, want %d\n%s%s", strings.Join(args[1:], " "), got.Status, want, got.Stdout, got.Stderr)
	}
}

func statusOf(ts *testscript.TestScript, command []string) int {
	err := ts.Exec(command[0], command[1:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// poll runs a program until it succeeds, or with ! until it fails.
func poll(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: poll DURATION [!] PROGRAM [ARG…]")
	}
	patience, err := time.ParseDuration(args[0])
	ts.Check(err)
	command, wantFailure := args[1:], false
	if command[0] == "!" {
		command, wantFailure = command[1:], true
	}
	deadline := time.Now().Add(patience)
	for {
		if failed := ts.Exec(command[0], command[1:]...) != nil; failed == wantFailure {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: not so within %s", strings.Join(args[1:], " "), patience)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// fetch wants status 200 and a body that matches. With ! it wants that no connection comes about.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(args[0])
	if neg {
		if err == nil {
			response.Body.Close()
			ts.Fatalf("%s answered %s, want no connection", args[0], response.Status)
		}
		return
	}
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	ts.Check(err)
	want := "."
	if len(args) > 1 {
		want = args[1]
	}
	if matched, err := regexp.Match(want, body); err != nil || !matched || response.StatusCode != http.StatusOK {
		ts.Fatalf("%s answered %s: %q, want 200 and %s (%v)", args[0], response.Status, body, want, err)
	}
	fmt.Fprint(ts.Stdout(), string(body))
}

// checkJSON wants a value in the JSON of the last stdout.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: json KEY… VALUE")
	}
	keys, want := args[:len(args)-1], args[len(args)-1]
	output := ts.ReadFile("stdout")
	got, err := lookUp(output, keys)
	matched := err == nil && got == want
	if matched == neg {
		ts.Fatalf("%s is %q (%v), want %q (negated: %t) in\n%s", strings.Join(keys, " "), got, err, want, neg, output)
	}
}

// keepJSON puts a value of the last stdout into the environment of the script.
func keepJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: keep NAME KEY…")
	}
	value, err := lookUp(ts.ReadFile("stdout"), args[1:])
	ts.Check(err)
	ts.Setenv(args[0], value)
}

// lookUp follows keys through a JSON document to a value.
func lookUp(document string, keys []string) (string, error) {
	var at any
	if err := json.Unmarshal([]byte(document), &at); err != nil {
		return "", fmt.Errorf("read JSON: %w", err)
	}
	for _, key := range keys {
		next, ok := step(at, key)
		if !ok {
			return "", fmt.Errorf("no %q", key)
		}
		at = next
	}
	if number, ok := at.(float64); ok {
		return strconv.FormatFloat(number, 'f', -1, 64), nil
	}
	return fmt.Sprint(at), nil
}

func step(at any, key string) (any, bool) {
	switch at := at.(type) {
	case map[string]any:
		next, ok := at[key]
		return next, ok
	case []any:
		if key == "len" {
			return float64(len(at)), true
		}
		for _, element := range at {
			if object, ok := element.(map[string]any); ok {
				if fmt.Sprint(object["id"]) == key || fmt.Sprint(object["index"]) == key {
					return element, true
				}
			}
		}
		if number, err := strconv.Atoi(key); err == nil && number >= 0 && number < len(at) {
			return at[number], true
		}
	}
	return nil, false
}

func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal SIG PID")
	}
	pid, err := strconv.Atoi(args[1])
	ts.Check(err)
	number := unix.SignalNum("SIG" + args[0])
	if number == 0 || pid <= 1 {
		ts.Fatalf("signal %s %s: no such signal or process", args[0], args[1])
	}
	ts.Check(syscall.Kill(pid, number))
}

// hold listens on an address until the script ends, so that a unit finds it in use.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold ADDRESS")
	}
	listener, err := net.Listen("tcp", args[0])
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	ts.Setenv("TESTPID", strconv.Itoa(os.Getpid()))
}

func succeeds(program string, args ...string) bool {
	return exec.Command(program, args...).Run() == nil
}
