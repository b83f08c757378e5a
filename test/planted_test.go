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
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// planted is in every secret of the test, and in nothing else on this host.
var planted = fmt.Sprintf("planted-%d-%d", os.Getpid(), time.Now().UnixNano())

// plantedUnits have a secret wherever one may stand.
const plantedUnits = `
variable "given" {
  sensitive = true
}
variable "local" {
  sensitive = true
}
app "inside" {
  command    = ["sh", "-c", "test -n \"$GIVEN$LOCAL$FROM_FILE$READ$TOKEN\" && exec sleep 1000"]
  env        = { GIVEN = var.given, LOCAL = "x${var.local}y", READ = secret("~/read") }
  env_file   = ["~/.env"]
  pre_start  = [["sh", "-c", "cat $CREDENTIALS_DIRECTORY/db >/dev/null"]]
  reload {
    command = ["sh", "-c", "test -n \"$TOKEN\""]
  }
  health "command" {
    command  = ["test", "-s", "${path.credentials}/db"]
    interval = "50ms"
  }
  secret "db" {
    file = "~/db"
  }
  secret "TOKEN" {
    value = jsonencode({ token = var.given })
    env   = true
  }
}
app "outside" {
  command  = ["sleep", "1000"]
  env_file = ["~/.env"]
  secret "db" {
    file = "~/db"
  }
  sandbox {
    namespace = "off"
  }
}
app "fails" {
  command  = ["true"]
  env      = { X = var.given }
  enabled  = false
  secret "db" {
    file = "~/open"
  }
  restart {
    policy = "no"
  }
}
app "broken" {
  command  = ["true"]
  env_file = ["~/broken.env"]
  enabled  = false
  restart {
    policy = "no"
  }
}
app "huge" {
  command = ["true"]
  enabled = false
  secret "H" {
    file = "~/huge"
    env  = true
  }
  restart {
    policy = "no"
  }
}
`

// A planted secret is in the environment and the files of the programs that shall have it, and nowhere else: no command
// line, no file of unitd, no answer, nothing that is printed, no core; and nobody may read the memory of unitd.
func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	home := stage.Home(t)
	write := func(name, content string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(home, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode))
		if err != nil {
			t.Fatal(err)
		}
	}
	write("units/a.hcl", plantedUnits, 0o600)
	write("units/config.local.env", "LOCAL="+planted+"-local\n", 0o600)
	write(".env", "FROM_FILE="+planted+"-envfile\n", 0o600)
	write("broken.env", "A='"+planted+"\n", 0o600)
	write("read", planted+"-read\n", 0o600)
	write("db", planted+"-db\n", 0o600)
	write("open", planted+"-open\n", 0o644)
	write("huge", strings.Repeat(planted, 10000), 0o600)
	m := stage.Boot(t, stage.Setting{
		Home: home, Units: filepath.Join(home, "units"), Env: []string{"UNITD_VAR_given=" + planted + "-given"},
	})
	s := search{t, m, home}
	for _, name := range []string{"inside", "outside"} {
		m.Until(name, patience, "is active", func(u protocol.UnitStatus) bool { return u.Active == protocol.Active })
	}
	s.runs("after the boot", true)

	for _, name := range []string{"fails", "broken", "huge"} {
		if output, err := m.Try("start", name); err == nil || strings.Contains(output, planted) {
			t.Errorf("start %s: %v\n%s", name, err, output)
		}
	}
	s.prints("plan")
	write("db", planted+"-db2\n", 0o600)
	write(".env", "FROM_FILE="+planted+"-envfile2\nMORE="+planted+"\n", 0o600)
	write("units/config.local.env", "LOCAL="+planted+"-local2\n", 0o600)
	s.prints("plan", "secret db: value changed", "env_file: 2 values changed", "(sensitive)")
	s.prints("plan --json")
	s.prints("apply", "inside")
	s.prints("reload inside")
	s.prints("restart outside")
	write("units/b.hcl", "app \"bad\" {\n  command = [\"x\", format(\"%s\", var.local)]\n  env = { N = var.local + 1 }\n}\n", 0o600)
	if output, err := m.Try("plan"); err == nil || !strings.Contains(output, "sensitive") || strings.Contains(output, planted) {
		t.Errorf("plan of bad files: %v\n%s", err, output)
	}
	for _, args := range []string{
		"status", "status inside", "status --json", "list", "show inside", "show --json outside", "cat inside", "env inside",
		"env --json inside", "deps", "logs", "events -n 1000", "events --json -n 1000", "history inside", "manager status --json",
	} {
		s.prints(args)
	}
	s.answers()
	s.runs("at the end", false)
	s.core()
}

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
		"plan", "manager", "dependencies", "logs?name=inside", "events?last=1000",
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

// core wants the memory of unitd to be out of reach, and that of its programs to be theirs.
func (s search) core() {
	s.Helper()
	for _, name := range []string{"mem", "environ", "maps"} {
		path := fmt.Sprintf("/proc/%d/%s", s.m.PID(), name)
		if file, err := os.Open(path); !errors.Is(err, fs.ErrPermission) {
			file.Close()
			s.Errorf("open %s: %v", path, err)
		}
	}
	if err := syscall.PtraceAttach(s.m.PID()); !errors.Is(err, syscall.EPERM) {
		s.Errorf("trace unitd: %v", err)
	}
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

// A manager that is made to crash leaves no core.
func TestNoCore(t *testing.T) {
	t.Parallel()
	home := stage.Home(t)
	cmd := exec.Command("/bin/sh", "-c", "ulimit -c unlimited 2>/dev/null; exec unitd")
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=" + filepath.Join(stage.Dir(), "bin") + ":/usr/bin:/bin", "GOTRACEBACK=crash"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stage.Await(t, patience, "unitd answers", func() bool {
		_, err := net.Dial("unix", filepath.Join(home, ".local/state/unitd/run/control.sock"))
		return err == nil
	})
	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		t.Fatalf("it ended with %v", err)
	}
	status, _ := exit.Sys().(syscall.WaitStatus)
	if status.Signal() != syscall.SIGABRT || status.CoreDump() {
		t.Errorf("it ended with %v", err)
	}
}
