package daemons

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// block is a sandbox block that a server can live with. The home directory of a test is in /tmp.
const block = `
  sandbox {
    namespace                 = "required"
    private_tmp               = true
    private_dev               = true
    protect_home              = "tmpfs"
    read_only                 = ["/"]
    read_write                = [path.module]
    seccomp                   = ["@system-service", "~@privileged", "@chown", "@setuid"]
    restrict_address_families = ["AF_UNIX", "AF_INET", "AF_INET6"]
    lock_personality          = true
    landlock {
      execute     = ["/usr", "/bin", "/lib", "/lib64"]
      read_only   = ["/etc", "/proc", "/sys", "/run", "/var"]
      read_write  = [path.module, "/tmp", "/dev"]
      connect_tcp = []
      scopes      = ["abstract_unix_socket"]
    }
  }
`

// Servers of Debian's that know nothing of it serve in a sandbox that leaves them what they need and no more.
func TestDaemonsInASandbox(t *testing.T) {
	t.Parallel()
	if out, err := os.ReadFile("/proc/sys/user/max_user_namespaces"); err != nil || strings.TrimSpace(string(out)) == "0" {
		t.Skip("this host has no user namespaces")
	}
	home := stage.Home(t)
	env := []string{"PHP_FPM=" + phpFPM()[0]}
	var names []string
	for _, d := range daemons {
		if missing(d.programs, d.modules) == "" {
			names = append(names, d.name)
		}
	}
	addresses := map[string]string{}
	for _, name := range names {
		port := freePort(t)
		addresses[name] = "127.0.0.1:" + port
		env = append(env, "PORT_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+port)
	}
	units := copyUnits(t, home, names...)
	for _, name := range names {
		file := filepath.Join(units, name, name+".hcl")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		header := "app \"" + name + "\" {\n"
		if !strings.Contains(string(text), header) {
			t.Fatalf("%s has no %s", file, header)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), header, header+block, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := stage.Boot(t, stage.Setting{Home: home, Units: units, Env: env})
	for _, d := range daemons {
		address := addresses[d.name]
		if address == "" {
			continue
		}
		t.Cleanup(func() { m.LogsOfFailure(t, d.name) })
		m.Until(d.name, patience, "is active", func(u protocol.UnitStatus) bool { return u.Active == protocol.Active })
		var err error
		stage.Await(t, patience, d.name+" answers", func() bool {
			_, err = d.ask(address)
			return err == nil
		})
		if note := m.Status(d.name).Note; note != "" {
			t.Errorf("%s has the note %q", d.name, note)
		}
		if d.releases != "" {
			m.Do("reload", d.name)
		}
	}
}
