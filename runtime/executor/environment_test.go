package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unitd/policy/job"
)

func TestEnvironment(t *testing.T) {
	h := newHome(t)
	h.write(t, "tools/hello", "#!/bin/sh\necho hello from a tool\n", 0o755)
	h.write(t, ".env", "export SECRET='s3cret value'\nGIVEN=by file\n", 0o600)
	t.Setenv("UNITD_TEST_LEAK", "the manager's own")
	m := live(t, h, h.load(t, `
app "env" {
  command      = ["sh", "-c", "env | sort >env.out; umask >umask.out; hello >tool.out; pwd >pwd.out; cat <&0 >stdin.out; exec sleep 1000"]
  env          = { GIVEN = "by env", PLAIN = "a b" }
  env_file     = [".env", { path = "none", required = false }]
  path_prepend = ["~/tools"]
  umask        = "0027"
}
app "prevails" {
  command = ["sh", "-c", "echo $PATH $HOME >prevails.out; exec sleep 1000"]
  env     = { PATH = "/usr/bin:/bin", HOME = "/nowhere" }
}
app "limits" {
  command = ["sh", "-c", "ulimit -n >limits.out; ulimit -c >>limits.out; nice >>limits.out; exec sleep 1000"]
  limits {
    open_files = 77
    core       = "0"
    nice       = 19
  }
}
`))
	m.active("app.env")
	m.waitFile("stdin.out", "")
	m.waitFile("tool.out", "hello from a tool")
	got := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(m.file("env.out")), "\n") {
		name, value, _ := strings.Cut(line, "=")
		got[name] = value
	}
	want := map[string]string{
		"GIVEN": "by file", "PLAIN": "a b", "SECRET": "s3cret value", "HOME": m.dir, "UNIT_NAME": "app.env", "LANG": "C.UTF-8",
		"PATH": strings.Join([]string{m.dir + "/tools", m.dir + "/bin", m.dir + "/.local/bin", "/usr/local/bin", "/usr/bin", "/bin"}, ":"),
		"USER": m.home.Account().Name, "LOGNAME": m.home.Account().Name,
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	for _, name := range []string{"UNITD_TEST_LEAK", "LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "MAINPID", "WORKER_INDEX"} {
		if value, ok := got[name]; ok {
			t.Errorf("%s is %q", name, value)
		}
	}
	if len(got["INVOCATION_ID"]) != 32 || got["SHELL"] == "" {
		t.Errorf("INVOCATION_ID is %q, SHELL is %q", got["INVOCATION_ID"], got["SHELL"])
	}
	m.waitFile("umask.out", "0027")
	m.waitFile("pwd.out", m.dir)
	m.waitFile("limits.out", "77\n0\n19")
	m.waitFile("prevails.out", "/usr/bin:/bin /nowhere")
}

func TestEnvFileFaults(t *testing.T) {
	h := newHome(t)
	h.write(t, "open.env", "PASSWORD=hunter2\n", 0o644)
	h.write(t, "broken.env", "PASSWORD='hunter2\n", 0o600)
	if err := os.Mkdir(filepath.Join(h.dir, "dir.env"), 0o700); err != nil {
		t.Fatal(err)
	}
	m := live(t, h, h.load(t, `
app "open" {
  command  = ["sh", "-c", "touch ran; sleep 1000"]
  env_file = ["open.env"]
  restart {
    policy = "no"
  }
}
app "broken" {
  command  = ["sh", "-c", "touch ran; sleep 1000"]
  env_file = ["broken.env"]
  restart {
    policy = "no"
  }
}
app "dir" {
  command  = ["sh", "-c", "touch ran; sleep 1000"]
  env_file = ["dir.env"]
  restart {
    policy = "no"
  }
}
app "missing" {
  command  = ["sleep", "1000"]
  env_file = ["missing.env"]
}
app "hooked" {
  command   = ["sh", "-c", "touch ran; sleep 1000"]
  pre_start = [["touch", "ran"]]
  env_file  = ["open.env"]
  restart {
    policy = "no"
  }
}
app "fine" {
  command = ["sleep", "1000"]
}
`))
	m.active("app.fine")
	for name, want := range map[string]string{
		"open": "mode 0644 lets others read it; chmod 600", "broken": "broken.env", "dir": "is not a regular file",
		"hooked": "open.env: mode 0644",
	} {
		m.waitSub(name, "start")
		m.stands(name, "start", want)
		if note := m.note(name); strings.Contains(note, "hunter2") {
			t.Errorf("the note quotes a secret: %q", note)
		}
	}
	if _, err := os.Stat(filepath.Join(m.dir, "ran")); err == nil {
		t.Error("a program ran without its env_file")
	}
	m.waitSub("missing", "auto-restart")
	m.stands("missing", "auto-restart", "missing.env: does not exist")
	h.write(t, "missing.env", "A=b\n", 0o600)
	m.active("app.missing")
	// It is mended, and starts when it is asked for.
	if err := os.Chmod(filepath.Join(m.dir, "open.env"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.result(m.start("open"), job.Done, "")
	m.waitFile("ran", "")
}

// Sockets are handed over as sd_listen_fds(3) describes, whatever their number.
func TestSocketsAreHandedOver(t *testing.T) {
	h := newHome(t)
	first, second := freePort(t), freePort(t)
	m := live(t, h, h.load(t, `
app "a" {
  command = [var.program, "program:listening"]
  listen "web" {
    address = "`+first+`"
  }
  listen "admin" {
    address = "`+second+`"
  }
  listen "local" {
    address = "unix:~/local.sock"
    mode    = "0660"
  }
}
`))
	m.active("app.a")
	m.waitFile("log/app.a.log", "fds 3 names web:admin:local own true\n"+first+"\n"+second+"\n"+m.dir+"/local.sock\n")
	info, err := os.Stat(filepath.Join(m.dir, "local.sock"))
	if err != nil || info.Mode() != os.ModeSocket|0o660 {
		t.Errorf("the socket file: %v, %v", info.Mode(), err)
	}
}
