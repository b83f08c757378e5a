package executor_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/testhost"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// outputOf waits until a oneshot has ended and returns its output.
func (m *manager) outputOf(name string) string {
	m.t.Helper()
	m.eventually(name+" has ended", func(model *engine.Model) bool { return model.Unit(id(name)).Process.LastExit != nil })
	return m.file("log/" + string(id(name)) + ".log")
}

// wellEnded waits until a oneshot has ended, which has to end well.
func (m *manager) wellEnded(name string) {
	m.t.Helper()
	output := m.outputOf(name)
	m.call(func(model *engine.Model) {
		if exit := model.Unit(id(name)).Process.LastExit; exit.Exit.Code != 0 || exit.Exit.Signal != "" {
			m.t.Errorf("%s ended with %+v:\n%s", name, exit.Exit, output)
		}
	})
}

// What units see in place of the files of the host.
func TestViewOfUnits(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	h.write(t, "site/page", "page\n", 0o644)
	h.write(t, "site/data/old", "data\n", 0o644)
	h.write(t, "site/key", "key\n", 0o600)
	h.write(t, ".ssh/id", "private\n", 0o600)
	outside := filepath.Join("/var/tmp", filepath.Base(h.dir))
	for _, file := range []string{outside, "/tmp/" + filepath.Base(h.dir) + ".file"} {
		if err := os.WriteFile(file, []byte("of the host\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Remove(file) })
	}
	m := live(t, h, h.load(t, fmt.Sprintf(`
locals {
  no = "no() { if sh -c \"$1\" 2>/dev/null; then echo \"should not work: $1\"; exit 9; fi; }\n"
}
app "tmp" {
  command = ["sh", "-euxc", <<-EOS
    ${local.no}
    test "$(ls -A /tmp)" = %[1]s; no "test -e %[2]s" # the home directory of this test is in /tmp
    echo a >/tmp/mine; echo b >/var/tmp/mine; test "$(stat -c %%a /tmp)" = 1777
    # As much as it may hold, and no more.
    no "head -c 3M /dev/zero >/tmp/big"
    no 'for i in $(seq 600); do : >/var/tmp/$i || exit 1; done'
    no "mount -t tmpfs tmpfs /mnt"; no "umount /tmp"
  EOS
  ]
  type = "oneshot"
  sandbox {
    private_tmp = true
    tmp_size    = "2M"
    read_write  = ["~"]
  }
}
app "dev" {
  command = ["sh", "-euxc", <<-EOS
    ${local.no}
    test "$(echo $(ls /dev))" = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero"
    echo x >/dev/null; test "$(head -c 2 /dev/zero | wc -c)" = 2; test "$(head -c 9 /dev/urandom | wc -c)" = 9
    echo x >/dev/shm/x; test "$(ls /dev/shm)" = x; no "touch /dev/x"; echo to >/dev/fd/2
    script -qec 'tty' /dev/null </dev/null | grep -q /dev/pts/
  EOS
  ]
  type = "oneshot"
  sandbox {
    private_dev = true
  }
}
app "home" {
  command = ["sh", "-euxc", <<-EOS
    ${local.no}
    cat page data/old; no "touch page"; no "touch new"; echo new >data/new; no "cat key"
    test "$(echo $(ls -A $HOME))" = "run site"; no "touch $HOME/x"; test "$(echo $(ls $HOME/run))" = "credentials notify.sock"
  EOS
  ]
  type      = "oneshot"
  directory = "~/site"
  sandbox {
    protect_home = "tmpfs"
    read_only    = ["."]
    read_write   = ["data"]
    hidden       = ["key"]
  }
}
app "lists" {
  command = ["sh", "-euxc", <<-EOS
    ${local.no}
    cat ~/site/page; no "touch ~/site/page"; touch ~/site/data/x; no "touch ~/x"; no "touch /tmp/x"
    no "ls ~/.ssh"; no "touch ~/.ssh/x"; no "cat ~/.ssh/id"; no "cat ~/site/key"; no "echo x >~/site/key"
    no "touch /usr/bin/x"; no "mkdir /run/x"; echo fine >/dev/null; no "chmod 700 ~/.ssh"; no "umount ~/.ssh"
  EOS
  ]
  type      = "oneshot"
  sandbox {
    read_only  = ["/"]
    read_write = ["~/site/data"]
    hidden     = ["~/.ssh", "~/site/key"]
  }
}
app "ro_home" {
  command = ["sh", "-euxc", "${local.no} cat site/page; no 'touch site/x'; touch site/data/y"]
  type    = "oneshot"
  sandbox {
    protect_home = "read-only"
    read_write   = ["~/site/data"]
  }
}
app "net" {
  command = ["sh", "-euxc", <<-EOS
    test "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')" = lo
    test $(wc -l </proc/net/route) = 1; grep -q 127.0.0.1 /proc/net/fib_trie
  EOS
  ]
  type = "oneshot"
  sandbox {
    private_network = true
  }
}
`, strings.Split(h.dir, "/")[2], outside)))
	for _, name := range []string{"tmp", "dev", "home", "lists", "ro_home", "net"} {
		m.wellEnded(name)
	}
	if got, _ := os.ReadFile(filepath.Join(h.dir, "site/data/new")); string(got) != "new\n" {
		t.Errorf("what home wrote into its own directory is %q", got)
	}
	if _, err := os.Stat("/tmp/mine"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the host has the unit's file: %v", err)
	}
}

// Workers and hooks share what they should and nothing else; it is gone when the unit is.
func TestPrivateTmpOfWorkers(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	m := live(t, h, h.load(t, `
app "worker" {
  command    = ["sh", "-c", "! test -e /tmp/own.id && echo $WORKER_INDEX >/tmp/own.id && exec sleep 1000"]
  post_start = [["sh", "-c", "while ! test -s /tmp/own.id; do sleep 0.01; done; test $(cat /tmp/own.id) = $WORKER_INDEX"]]
  health "tmp" {
    command = ["sh", "-c", "test $(cat /tmp/own.id) = $WORKER_INDEX && echo checked >/tmp/checked"]
  }
  sandbox {
    private_tmp     = true
    private_network = true
    read_write      = ["~"]
  }
}
pool "web" {
  app       = app.worker
  workers   = 2
  min_ready = 2
}
`))
	m.active("pool.web")
	var pids []int
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			pids = append(pids, w.Process.MainPID)
		}
	})
	if len(pids) != 2 {
		t.Fatalf("workers %v", pids)
	}
	nets := map[string]bool{}
	var mounts []string
	for i, pid := range pids {
		root := fmt.Sprintf("/proc/%d/root/tmp/", pid)
		if got, err := os.ReadFile(root + "checked"); err != nil || string(got) != "checked\n" {
			t.Errorf("worker %d: %q, %v", i+1, got, err)
		}
		net, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
		if err != nil {
			t.Fatal(err)
		}
		nets[net] = true
		mounts = append(mounts, root)
	}
	if len(nets) != 2 {
		t.Errorf("networks %v", nets)
	}
	m.result(m.stop("pool.web"), job.Done, "")
	for _, root := range mounts {
		if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH) {
			t.Errorf("%s is left: %v", root, err)
		}
	}
}

// A sandbox block that cannot be done is an error of the start, which says at what.
func TestSandboxRefused(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	h.write(t, "bin/program", "#!/bin/sh\n", 0o755)
	text := ""
	want := map[string]string{}
	for name, test := range map[string][2]string{
		"missing":    {`read_only = ["~/nowhere"]`, "read_only: " + h.dir + "/nowhere does not exist"},
		"unseen":     {`protect_home = "tmpfs"`, "exec " + h.dir + "/bin/program: protect_home hides it; name it, or a directory above it, in read_only or read_write"},
		"covered":    {`private_tmp = true`, "private_tmp hides it"},
		"managers":   {`read_write = ["~/run/x"]`, "units do not see " + h.dir + "/run, which is the manager's"},
		"hidden_too": {`hidden = ["~/bin"]`, "hidden hides it"},
	} {
		text += fmt.Sprintf(`
app %q {
  command = ["~/bin/program"]
  enabled = false
  restart {
    policy = "no"
  }
  sandbox {
    %s
  }
}
`, name, test[0])
		want[name] = test[1]
	}
	h.write(t, "run/x/y", "", 0o600)
	m := live(t, h, h.load(t, text))
	for name, words := range want {
		m.result(m.start(name), job.Failed, words)
	}
	m.call(func(model *engine.Model) {
		for name := range want {
			if phase := model.Unit(id(name)).Phase(); phase != lifecycle.Failed {
				t.Errorf("%s is %s", name, phase)
			}
		}
	})
}

// What the kernel refuses is told with the words of the operation.
func TestSandboxFails(t *testing.T) {
	if simulated == "" {
		onlyContained(t)
		testhost.ReadOnlyMount.Pass(t, "TestSandboxFails")
		return
	}
	m := boot(t, `
app "wants" {
  command = ["sleep", "1000"]
  enabled = false
  sandbox {
    read_write = ["/mnt"]
  }
  restart {
    policy = "no"
  }
}
`)
	m.start("wants")
	m.stands("wants", "start", "make /mnt writable: operation not permitted")
}

// Units that mean harm do none: not to the host, not to their init, not to the neighbour, and nothing is left of them.
func TestUnitsThatMeanHarm(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	m := live(t, h, h.load(t, `
app "neighbour" {
  command = ["sleep", "1000"]
}
app "harmful" {
  command = ["sh", "-c", <<-EOS
    exec 2>/dev/null
    mount -t tmpfs none /usr; umount /tmp; mount -o remount,rw /usr; unshare -m true; echo x >/usr/bin/x; rm -rf /usr/bin/env
    kill -9 1; kill -STOP 1; kill -9 -1; head -c 100M /dev/zero >/tmp/fill; i=0
    while test $i -lt 100; do touch /tmp/$i; i=$((i+1)); (setsid sleep 1000 &); done
    chmod 700 ~/run; rm -rf ~/run ~/log; touch ~/harm; echo done; exec sleep 1000
  EOS
  ]
  sandbox {
    private_tmp  = true
    tmp_size     = "1M"
    protect_home = "read-only"
    read_only    = ["/"]
  }
}
`))
	m.active("app.harmful")
	m.waitFile("log/app.harmful.log", "done")
	m.call(func(model *engine.Model) {
		for _, name := range []units.ID{"app.harmful", "app.neighbour"} {
			if u := model.Unit(name); u.Phase() != lifecycle.Active || u.Process.Restarts != 0 {
				t.Errorf("%s is %s after %d restarts", name, u.Phase(), u.Process.Restarts)
			}
		}
	})
	for _, file := range []string{"/usr/bin/x", h.dir + "/harm", "/tmp/fill"} {
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", file, err)
		}
	}
	m.result(m.stop("harmful"), job.Done, "")
	m.result(m.start("harmful"), job.Done, "")
}
