package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
  alert "hook" {
    url     = "http://127.0.0.1:1/${var.given}"
    headers = { Authorization = var.given }
    body    = jsonencode({ key = var.given, text = alert.summary })
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
		stage.Write(t, home, name, content, mode)
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
	if output, err := m.Try("alert", "test", "fails"); err == nil || !strings.Contains(output, "hook: not told: connection refused") || strings.Contains(output, planted) {
		t.Errorf("test of an alert: %v\n%s", err, output)
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
		"status", "status inside", "status --json", "list", "show inside", "show --json outside", "show fails", "show --json fails", "cat inside", "env inside",
		"env --json inside", "deps", "logs", "events -n 1000", "events --json -n 1000", "history inside", "manager status --json",
		"show outside", "security", "security --json inside", "doctor", "doctor --json", "run --as inside -- true", "is-active inside",
	} {
		s.prints(args)
	}
	s.answers()
	s.runs("at the end", false)
	s.core()
}
