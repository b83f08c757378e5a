package executor_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"unitd/policy/job"
)

// stranger holds an address in a process that no manager knows. The manager reaps it, as it would an orphan.
func stranger(t *testing.T, network, address string) int {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	process, err := os.StartProcess(testBinary(), []string{"stranger", "program:hold", network, address}, &os.ProcAttr{
		Files: []*os.File{nil, write, write},
	})
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Kill() })
	said := make([]byte, 100)
	if n, err := read.Read(said); err != nil || !strings.HasPrefix(string(said[:n]), "holding") {
		t.Fatalf("it said %q, %v", said[:n], err)
	}
	return process.Pid
}

func TestAddressInUse(t *testing.T) {
	h := newHome(t)
	tcp, pooled, stale := freePort(t), freePort(t), filepath.Join(h.dir, "stale.sock")
	local := filepath.Join(h.dir, "taken.sock")
	holder := stranger(t, "tcp", tcp)
	poolHolder := stranger(t, "tcp", pooled)
	unixHolder := stranger(t, "unix", local)
	leave(t, stale)
	h.write(t, "file.sock", "a regular file", 0o600)
	m := live(t, h, h.load(t, `
app "tcp" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "`+tcp+`"
  }
}
app "web" {
  command = [var.program, "program:web"]
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address = "`+pooled+`"
  }
}
app "local" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "unix:~/taken.sock"
  }
}
app "stale" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "unix:~/stale.sock"
  }
}
app "file" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "unix:~/file.sock"
  }
}
app "twice" {
  command = ["true"]
  enabled = false
  listen "http" {
    address = "unix:~/nodir/a.sock"
  }
}
`))
	m.active("app.stale")
	for name, want := range map[string]string{
		"tcp":      tcp + " is in use by pid " + strconv.Itoa(holder) + " (program) of this account",
		"pool.web": pooled + " is in use by pid " + strconv.Itoa(poolHolder) + " (program) of this account",
		"local":    "taken.sock is in use by pid " + strconv.Itoa(unixHolder) + " (program) of this account",
		"file":     "file.sock",
	} {
		m.waitSub(name, "auto-restart")
		m.stands(name, "auto-restart", want)
		t.Log(m.note(name))
	}
	if content := m.file("file.sock"); content != "a regular file" {
		t.Errorf("the file that was in the way holds %q", content)
	}
	for _, pid := range []int{holder, poolHolder, unixHolder} {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	m.active("app.tcp")
	m.active("pool.web")
	m.active("app.local")
	for _, url := range []string{"http://" + tcp, "http://" + pooled} {
		if _, err := get(url); err != nil {
			t.Error(err)
		}
	}
	m.start("twice")
	t.Log(m.note("twice"))
	m.result(m.stop("local"), job.Done, "")
	if _, err := os.Lstat(local); !os.IsNotExist(err) {
		t.Errorf("after the stop the socket file is there: %v", err)
	}
}

// leave makes a socket file that nobody listens on.
func leave(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

// Connections that come while the unit is down wait in the queue and are served by its next run; after a stop
// they are refused.
func TestListenerOutlivesItsProgram(t *testing.T) {
	h := newHome(t)
	address := freePort(t)
	m := live(t, h, h.load(t, `
app "web" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "`+address+`"
  }
  restart {
    delay = "300ms"
  }
}
`))
	url := "http://" + address
	m.active("app.web")
	if _, err := get(url); err != nil {
		t.Fatal(err)
	}
	broken := h.write(t, "broken", "", 0o600)
	m.kill("web")
	m.waitSub("web", "auto-restart")
	answered := make(chan error, 3)
	for range cap(answered) {
		go func() {
			_, err := get(url)
			answered <- err
		}()
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	for range cap(answered) {
		if err := <-answered; err != nil {
			t.Errorf("a request during backoff: %v", err)
		}
	}
	l := loadOn(url)
	m.result(m.restart("web"), job.Done, "")
	m.result(m.restart("web"), job.Done, "")
	l.endRefused(t)
	m.result(m.stop("web"), job.Done, "")
	if _, err := get(url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after the stop: %v", err)
	}
	m.result(m.start("web"), job.Done, "")
	if _, err := get(url); err != nil {
		t.Errorf("after a new start: %v", err)
	}
}

// waiting counts the connections to the address of a URL that are made and not accepted: those whose server side
// has no inode yet (proc_net_tcp(5)).
func waiting(t *testing.T, url string) (n int) {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.Trim(strings.TrimPrefix(url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	const established = "01"
	local := "0100007F:" + strings.ToUpper(strconv.FormatInt(int64(number)+0x10000, 16)[1:])
	for _, line := range strings.Split(string(table), "\n") {
		if fields := strings.Fields(line); len(fields) > 9 && fields[1] == local && fields[3] == established && fields[9] == "0" {
			n++
		}
	}
	return n
}
