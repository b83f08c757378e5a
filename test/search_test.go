package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unitd/test/stage"
)

// search looks for planted secrets.
type search struct {
	*testing.T
	m    *stage.Manager
	home string
}

// prints wants texts in the output of unitctl, and no secret.
func (s search) prints(args string, wanted ...string) {
	s.Helper()
	output, err := s.m.Try(strings.Fields(args)...)
	if err != nil {
		s.Errorf("unitctl %s: %v", args, err)
	}
	for _, text := range wanted {
		if !strings.Contains(output, text) {
			s.Errorf("unitctl %s printed no %q:\n%s", args, text, output)
		}
	}
	s.clean("unitctl "+args, []byte(output))
}

func (s search) clean(where string, content []byte) {
	s.Helper()
	for _, spelling := range spellings() {
		if i := bytes.Index(content, []byte(spelling)); i >= 0 {
			s.Errorf("%s holds a secret: …%q…", where, content[max(0, i-60):min(len(content), i+60)])
		}
	}
}

// spellings are how it would stand in a file: as it is, or in base64, which depends on where in a text it begins.
func spellings() []string {
	all := []string{planted}
	for skipped := range 3 {
		rest := planted[skipped:]
		all = append(all, base64.StdEncoding.EncodeToString([]byte(rest[:len(rest)/3*3])))
	}
	return all
}

// runs looks at all processes and all files of unitd.
func (s search) runs(when string, placed bool) {
	s.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(lines) == 0 {
		s.Fatal("no processes", err)
	}
	for _, line := range lines {
		if content, err := os.ReadFile(line); err == nil { // else it has ended
			s.clean(when+": "+line, content)
		}
	}
	files, state := 0, filepath.Join(s.home, ".local/state/unitd")
	err = filepath.WalkDir(state, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || filepath.Base(path) == "nothing" { // which nobody can read
			return nil
		}
		files++
		if strings.HasPrefix(path, filepath.Join(state, "run/credentials/app.outside")+"/") {
			if placed = placed && bytes.Contains(content, []byte(planted)); !placed {
				return nil
			}
			placed = false
			return err
		}
		s.clean(when+": "+path, content)
		return err
	})
	if err != nil || files < 5 {
		s.Errorf("looked at %d files, %v", files, err)
	}
	if placed {
		s.Error("the search does not find what is there")
	}
	output, err := os.ReadFile(filepath.Join(s.home, "unitd.out"))
	if err != nil {
		s.Error(err)
	}
	s.clean(when+": what unitd printed", output)
}

// answers looks at what the control socket says to who does not ask to reveal.
func (s search) answers() {
	s.Helper()
	socket := filepath.Join(s.home, ".local/state/unitd/run/control.sock")
	client := http.Client{Timeout: patience, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	for _, path := range []string{
		"units", "units/inside", "units/inside/show", "units/inside/cat", "environment?name=inside", "environment?name=fails",
		"plan", "manager", "dependencies", "security", "security?name=inside", "logs?name=inside", "events?last=1000",
	} {
		response, err := client.Get("http://unitd/v1/" + path)
		if err != nil {
			s.Error(err)
			continue
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || len(body) == 0 || response.StatusCode >= http.StatusInternalServerError {
			s.Errorf("GET %s: %s, %v: %s", path, response.Status, err, body)
		}
		s.clean("GET "+path, body)
	}
}

// outOfReach wants nobody of the account to read or trace the memory of a process.
func outOfReach(t *testing.T, pid int) {
	t.Helper()
	for _, name := range []string{"mem", "environ", "maps", "auxv", "stack"} {
		path := fmt.Sprintf("/proc/%d/%s", pid, name)
		if file, err := os.Open(path); !errors.Is(err, fs.ErrPermission) {
			file.Close()
			t.Errorf("open %s: %v", path, err)
		}
	}
	if err := syscall.PtraceAttach(pid); !errors.Is(err, syscall.EPERM) {
		t.Errorf("trace %d: %v", pid, err)
	}
}

// core wants the memory of unitd to be out of reach, and that of its programs to be theirs.
func (s search) core() {
	s.Helper()
	outOfReach(s.T, s.m.PID())
	limits := func(pid int) string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		if err != nil {
			s.Fatal(err)
		}
		_, line, _ := strings.Cut(string(text), "Max core file size")
		line, _, _ = strings.Cut(line, "\n")
		return strings.Join(strings.Fields(line), " ")
	}
	own := limits(os.Getpid())
	if got := limits(s.m.PID()); !strings.HasPrefix(got, "0 ") {
		s.Errorf("unitd may leave a core: %s", got)
	}
	for _, name := range []string{"inside", "outside"} {
		pid := s.m.Status(name).MainPID
		if got := limits(pid); got != own {
			s.Errorf("%s may leave a core of %s, want %s", name, got, own)
		}
		environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err != nil || !bytes.Contains(environ, []byte(planted)) {
			s.Errorf("the environment of %s (%v) is not its own: %q", name, err, environ)
		}
	}
}
