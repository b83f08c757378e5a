package executor_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// placed are the files of secrets that can be seen from outside of units.
func (h *home) placed(t *testing.T) (files []string) {
	t.Helper()
	root := filepath.Join(h.dir, "run/credentials")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has been removed meanwhile
		}
		if err == nil && path != root {
			files = append(files, strings.TrimPrefix(path, root+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// nothingPlaced wants no file of a secret to be seen from outside of units.
func (h *home) nothingPlaced(t *testing.T) {
	t.Helper()
	if files := h.placed(t); len(files) > 0 {
		t.Errorf("secrets are seen: %v", files)
	}
}

// Every process of a unit finds its secrets, as they are when it starts, with rights for nobody else; after a stop they are
// gone.
func TestSecretsUntilStop(t *testing.T) {
	h := newHome(t)
	h.write(t, "db", "hunter1\n", 0o600)
	h.write(t, "shows", `#!/bin/sh
cd "$CREDENTIALS_DIRECTORY" || exit
{ stat -c '%a %n' . *; cat db; printf %s "$TOKEN"; } >~/$1.new
case $1 in
program) echo x >>db && echo written >>~/$1.new
	stat -f -c %T . >~/kind.out
	mv ~/$1.new ~/$1.out; exec sleep 1000;;
esac
mv ~/$1.new ~/$1.out
`, 0o755)
	m := live(t, h, h.load(t, `
app "a" {
  command    = ["~/shows", "program"]
  pre_start  = [["~/shows", "pre_start"]]
  post_start = [["~/shows", "post_start"]]
  pre_stop   = [["~/shows", "pre_stop"]]
  post_stop  = [["~/shows", "post_stop"]]
  env        = { WHERE = "${path.credentials}/db" }
  reload {
    command = ["~/shows", "reload"]
  }
  health "command" {
    command  = ["sh", "-c", "cat ${path.credentials}/db >~/health.out && test $WHERE = $CREDENTIALS_DIRECTORY/db"]
    interval = "20ms"
  }
  secret "db" {
    file = "db"
  }
  secret "TOKEN" {
    value = "s3cret"
    env   = true
  }
  secret "empty" {
    value = ""
  }
}
`))
	const want = "700 .\n400 TOKEN\n400 db\n400 empty\nhunter1\ns3cret"
	m.active("app.a")
	m.result(m.reload("a"), job.Done, "")
	seen := func(names ...string) {
		t.Helper()
		for _, name := range names {
			m.waitFile(name+".out", want)
		}
	}
	seen("pre_start", "program", "post_start", "reload")
	m.waitFile("health.out", "hunter1")
	if strings.Contains(m.file("program.out"), "written") {
		t.Error("the program could write to its secret")
	}
	if contained {
		m.waitFile("kind.out", "tmpfs")
		h.nothingPlaced(t)
	} else if files := strings.Join(h.placed(t), " "); files != "app.a app.a/TOKEN app.a/db app.a/empty" {
		t.Errorf("placed: %s", files)
	}

	h.write(t, "db", "hunter2\n", 0o600)
	m.kill("a")
	m.waitFile("program.out", strings.Replace(want, "hunter1", "hunter2", 1))
	m.active("app.a")
	m.result(m.stop("a"), job.Done, "")
	h.nothingPlaced(t)
	for _, name := range []string{"pre_stop", "post_stop"} {
		m.waitFile(name+".out", strings.Replace(want, "hunter1", "hunter2", 1))
	}
}

// Each worker has its own, also while two of one index run side by side.
func TestSecretsOfWorkersReload(t *testing.T) {
	h := newHome(t)
	h.write(t, "key.1", "one", 0o600)
	h.write(t, "key.2", "two", 0o600)
	m := live(t, h, h.load(t, `
app "w" {
  command = ["sh", "-c", "cat ${path.credentials}/key $CREDENTIALS_DIRECTORY/label >~/w.$WORKER_INDEX.out; exec sleep 1000"]
  health "there" {
    command  = ["sh", "-c", "test $(cat ${path.credentials}/label) = ${worker.index}/${worker.count}"]
    interval = "20ms"
  }
  secret "key" {
    file = "~/key.${worker.index}"
  }
  secret "label" {
    value = "${worker.index}/${worker.count}"
  }
}
pool "w" {
  app     = app.w
  workers = 2
}
`))
	m.active("pool.w")
	m.waitFile("w.1.out", "one1/2")
	m.waitFile("w.2.out", "two2/2")
	h.write(t, "key.2", "deux", 0o600)
	m.result(m.reload("pool.w"), job.Done, "")
	m.waitFile("w.2.out", "deux2/2")
	m.result(m.stop("pool.w"), job.Done, "")
	h.nothingPlaced(t)
}

// A secret that cannot be had, or that others could read, fails the start; nothing quotes it and nothing is left.
func TestSecretFaults(t *testing.T) {
	h := newHome(t)
	h.write(t, "open", "hunter2", 0o644)
	h.write(t, "large", strings.Repeat("hunter2 ", 80<<10), 0o600)
	h.write(t, "binary", "hunter2\x00", 0o600)
	h.write(t, "long", strings.Repeat("hunter2 ", 17<<10), 0o600)
	units, wants := "", map[string]string{
		"open":    "secret s: " + h.dir + "/open: mode 0644 lets others read it; chmod 600",
		"missing": "secret s: " + h.dir + "/missing: does not exist",
		"binary":  "secret s: it holds a NUL byte",
		"long":    "secret s: 139264 bytes are too many for a variable",
	}
	for name := range wants {
		units += fmt.Sprintf(`
app %q {
  command = ["sh", "-c", "touch ~/ran; exec sleep 1000"]
  restart {
    policy = "no"
  }
  secret "s" {
    file = "~/%[1]s"
    env  = %t
  }
}
`, name, name == "binary" || name == "long")
	}
	wants["large"] = "secret b: with it the secrets have more than 1 MiB together"
	m := live(t, h, h.load(t, units+`
app "large" {
  command = ["true"]
  restart {
    policy = "no"
  }
  secret "a" {
    file = "~/large"
  }
  secret "b" {
    file = "~/large"
  }
}
`))
	for name, want := range wants {
		m.eventually(name+" has failed", func(model *engine.Model) bool { return model.Unit(id(name)).Phase() == lifecycle.Failed })
		if note := m.note(name); !strings.Contains(note, want) || strings.Contains(note, "hunter2") {
			t.Errorf("%s: %.300s\nwant %s", name, note, want)
		}
	}
	if _, err := os.Stat(filepath.Join(h.dir, "ran")); err == nil {
		t.Error("a program ran without its secret")
	}
	h.nothingPlaced(t)
}

// As much as is possible gets there whole.
func TestSecretsOfAllSizesRestart(t *testing.T) {
	h := newHome(t)
	h.write(t, "half", string(bytes.Repeat([]byte("\x00\xff"), 256<<10)), 0o600)
	m := live(t, h, h.load(t, `
app "a" {
  command = ["sh", "-c", "cd $CREDENTIALS_DIRECTORY && cmp a ~/half && cmp b ~/half && ls >~/a.out; exec sleep 1000"]
  secret "a" {
    file = "~/half"
  }
  secret "b" {
    file = "~/half"
  }
}
`))
	m.waitFile("a.out", "a\nb")
}

// A sandbox that takes nearly everything away leaves a program its secrets.
func TestSecretsInASandbox(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	if err := os.MkdirAll(filepath.Join(h.dir, "site/out"), 0o755); err != nil {
		t.Fatal(err)
	}
	m := live(t, h, h.load(t, `
app "a" {
  command   = ["sh", "-c", "cat $CREDENTIALS_DIRECTORY/db >out/a.out; exec sleep 1000"]
  directory = "~/site"
  pre_start = [["test", "-s", "${path.credentials}/db"]]
  secret "db" {
    value = "hunter2"
  }
  sandbox {
    private_tmp  = true
    private_dev  = true
    protect_home = "tmpfs"
    read_only    = ["/usr"]
    read_write   = ["~/site"]
    landlock {
      read_only  = ["/etc", "/proc"]
      read_write = ["~/site", "/dev"]
      execute    = ["/usr", "/bin", "/lib", "/lib64"]
    }
  }
}
`))
	m.waitFile("site/out/a.out", "hunter2")
}
