package daemons

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// A daemon is a server of Debian's and what it does. Its unit and its files are in testdata below its name.
type daemon struct {
	name     string
	programs []string // that have to be installed
	modules  []string // of Python
	ask      func(address string) (string, error)
	// releases is the file that holds what it answers, "release-1" at first; "": it cannot reload.
	releases string
	// checks is set where a reload begins with a look at the configuration.
	checks bool
	// children is how many processes its main process keeps.
	children int
}

var daemons = []daemon{
	{name: "redis", programs: []string{"redis-server"}, ask: askLine("PING", "+PONG")},
	{name: "haproxy", programs: []string{"/usr/sbin/haproxy"}, ask: askHTTP, releases: "haproxy.cfg", checks: true, children: 1},
	{name: "nginx", programs: []string{"/usr/sbin/nginx"}, ask: askHTTP, releases: "nginx.conf", children: 2},
	{
		name: "gunicorn", programs: []string{"gunicorn"}, modules: []string{"gunicorn"},
		ask: askHTTP, releases: "main.py", children: 2,
	},
	{name: "php-fpm", programs: phpFPM(), ask: askFastCGI, releases: "php-fpm.conf", children: 2},
	{name: "lighttpd", programs: []string{"/usr/sbin/lighttpd"}, ask: askHTTP, releases: "lighttpd.conf"},
	{name: "beanstalkd", programs: []string{"beanstalkd"}, ask: askLine("list-tubes", "OK ")},
}

// phpFPM is the program of whatever version is installed.
func phpFPM() []string {
	found, err := filepath.Glob("/usr/sbin/php-fpm?*")
	if err != nil || len(found) == 0 {
		return []string{"php-fpm"}
	}
	return found[:1]
}

// patience is how long what is bound to happen may take on a machine that others use too.
const patience = time.Minute

// longestStop is how long a stop may take: less than its timeout, 15 s.
const longestStop = 10 * time.Second

// TestDaemons boots all daemons at once, and leads each through its life.
func TestDaemons(t *testing.T) {
	t.Parallel()
	home := stage.Home(t)
	env := []string{"PHP_FPM=" + phpFPM()[0]}
	var names []string
	addresses := map[string]string{}
	for _, d := range daemons {
		if missing(d.programs, d.modules) == "" {
			names = append(names, d.name)
			port := freePort(t)
			addresses[d.name] = "127.0.0.1:" + port
			env = append(env, "PORT_"+strings.ToUpper(strings.ReplaceAll(d.name, "-", "_"))+"="+port)
		}
	}
	units := copyUnits(t, home, names...)
	fillRedis(t, filepath.Join(units, "redis"))
	starts := map[string]*load{}
	for _, d := range daemons {
		if address := addresses[d.name]; address != "" {
			starts[d.name] = startLoad(1, 3*time.Millisecond, func() (string, error) { return d.ask(address) })
		}
	}
	m := stage.Boot(t, stage.Setting{Home: home, Units: units, Env: env})
	t.Run("each", func(t *testing.T) {
		for _, d := range daemons {
			t.Run(d.name, func(t *testing.T) {
				if why := missing(d.programs, d.modules); why != "" {
					t.Skip(why)
				}
				t.Parallel()
				defer m.LogsOfFailure(t, "app."+d.name)
				l := &life{daemon: d, t: t, m: m, unit: "app." + d.name, address: addresses[d.name], dir: filepath.Join(units, d.name)}
				l.starts(starts[d.name])
				l.reloads()
				l.survives()
				l.stops()
			})
		}
	})
}

// life is one daemon under one manager.
type life struct {
	daemon
	t       *testing.T
	m       *stage.Manager
	unit    string
	address string
	dir     string
}

// active waits until the unit is active with another main process than before.
func (l *life) active(before int) protocol.UnitStatus {
	l.t.Helper()
	return l.m.Until(l.unit, patience, "is active", func(u protocol.UnitStatus) bool {
		return u.Active == protocol.Active && u.MainPID != 0 && u.MainPID != before
	})
}

// starts follows the daemon from its start on: it must not be active before it answers.
func (l *life) starts(asked *load) {
	l.t.Helper()
	status := l.active(0)
	stage.Await(l.t, patience, "it answers", func() bool { return asked.answered(func(string) bool { return true }) > 0 })
	early := 0
	for _, a := range asked.end() {
		switch {
		case a.err == nil:
		case a.began.After(status.Since):
			l.t.Errorf("active since %s, and no answer to a request at %s: %v",
				status.Since.Format(time.StampMicro), a.began.Format(time.StampMicro), a.err)
		case strings.Contains(a.err.Error(), "LOADING"):
			early++
		}
	}
	if l.name == "redis" && early == 0 {
		l.t.Error("redis was never seen while it loaded its data: this test proves nothing")
	}
	l.owns(status.MainPID)
}

// owns wants the main process to be the daemon's own: it is what its init started or took over, it runs the program,
// and the workers are its children.
func (l *life) owns(pid int) {
	l.t.Helper()
	main, ok := stage.Find(pid)
	if !ok {
		l.t.Fatalf("main process %d is not there", pid)
	}
	if init, ok := stage.Find(main.Parent); !ok || init.Parent != l.m.PID() {
		l.t.Errorf("main process %d (%s) is a child of %d (%s), not of its init", pid, main.Command, init.PID, init.Command)
	}
	if !strings.Contains(main.Command, filepath.Base(l.programs[0])) && !strings.Contains(main.Command, l.name) {
		l.t.Errorf("main process %d is %s", pid, main.Command)
	}
	stage.Await(l.t, patience, fmt.Sprintf("main process %d has %d children", pid, l.children), func() bool {
		return len(stage.Tree(pid)) == l.children
	})
}

// reloads changes what the daemon answers and has it reload, under load.
func (l *life) reloads() {
	l.t.Helper()
	if l.releases == "" {
		return
	}
	before := l.m.Status(l.unit)
	asked := startLoad(2, 0, func() (string, error) { return l.ask(l.address) })
	l.release("release-2")
	l.m.Do("reload", l.unit)
	isNew := func(answer string) bool { return strings.Contains(answer, "release-2") }
	stage.Await(l.t, patience, "the new configuration serves", func() bool { return asked.answered(isNew) > 50 })
	attempts := asked.end()
	after := l.m.Until(l.unit, patience, "is active again", func(u protocol.UnitStatus) bool { return u.Active == protocol.Active })
	if after.MainPID != before.MainPID || *after.Restarts != 0 || !after.Since.Equal(before.Since) {
		l.t.Errorf("reload went from pid %d, up since %s, to pid %d, up since %s, with %d restarts; want the same process",
			before.MainPID, before.Since, after.MainPID, after.Since, *after.Restarts)
	}
	l.owns(after.MainPID)
	noneFailed(l.t, "reload", attempts)
	if l.checks {
		l.refuses()
	}
	seenNew := false
	for _, a := range attempts {
		if a.err == nil && isNew(a.answer) {
			seenNew = true
		}
		if a.err == nil && !isNew(a.answer) && !strings.Contains(a.answer, "release-1") {
			l.t.Fatalf("answered %q", a.answer)
		}
	}
	if !seenNew {
		l.t.Error("no answer came from the new configuration")
	}
}

// refuses has a daemon reload from files that are wrong: it goes on with what it has.
func (l *life) refuses() {
	l.t.Helper()
	path := filepath.Join(l.dir, l.releases)
	right, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, append([]byte("nonsense\n"), right...), 0o644); err != nil {
		l.t.Fatal(err)
	}
	if output, err := l.m.Try("reload", l.unit); err == nil || !strings.Contains(output, "nonsense") {
		l.t.Errorf("a reload of nonsense (%v) says: %s", err, output)
	}
	if answer, err := l.ask(l.address); err != nil || !strings.Contains(answer, "release-2") {
		l.t.Errorf("after a refused reload: %q, %v", answer, err)
	}
	if err := os.WriteFile(path, right, 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// release has the daemon's files say what it is to answer after a reload.
func (l *life) release(name string) {
	l.t.Helper()
	path := filepath.Join(l.dir, l.releases)
	text, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	text = regexp.MustCompile(`release-\d`).ReplaceAll(text, []byte(name))
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		l.t.Fatal(err)
	}
}

// survives kills the main process: another daemon takes its place, and nothing of the old one is left.
func (l *life) survives() {
	l.t.Helper()
	before := l.m.Status(l.unit)
	old := stage.Tree(before.MainPID)
	killed := time.Now()
	if err := syscall.Kill(before.MainPID, syscall.SIGKILL); err != nil {
		l.t.Fatal(err)
	}
	after := l.active(before.MainPID)
	if _, err := l.ask(l.address); err != nil {
		l.t.Errorf("active again, but: %v", err)
	}
	l.t.Logf("kill -9: ready again after %d ms", after.Since.Sub(killed).Milliseconds())
	if after.LastExit == nil || after.LastExit.Reason != "signal" || after.LastExit.Signal != "SIGKILL" || *after.Restarts != 1 {
		l.t.Errorf("after kill -9: last exit %+v, %d restarts", after.LastExit, *after.Restarts)
	}
	l.gone(old, "kill -9")
	l.owns(after.MainPID)
}

// stops has the daemon stop by its own ways, and wants nothing of it to be left.
func (l *life) stops() {
	l.t.Helper()
	status := l.m.Status(l.unit)
	main, _ := stage.Find(status.MainPID)
	old := append(stage.Tree(main.Parent), main)
	begun := time.Now()
	l.m.Do("stop", l.unit)
	if took := time.Since(begun); took > longestStop {
		l.t.Errorf("stop took %s: it ran into its timeout", took)
	}
	l.gone(old, "stop")
	if _, err := dial(l.address); err == nil {
		l.t.Errorf("stopped, but %s takes connections", l.address)
	}
	if status = l.m.Status(l.unit); status.Active != protocol.Inactive || status.LastExit.Reason != "stop" {
		l.t.Errorf("after stop: %s, last exit %+v, note %q", status.Active, status.LastExit, status.Note)
	}
}

func (l *life) gone(old []stage.Process, after string) {
	l.t.Helper()
	for _, p := range old {
		if p.Alive() {
			l.t.Errorf("after %s, pid %d (%s) is left", after, p.PID, p.Command)
		}
	}
}

// fillRedis writes an append-only file of a size that takes redis a while to load.
func fillRedis(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return // not installed
	}
	const commands = 300_000
	var text bytes.Buffer
	for i := range commands {
		fmt.Fprintf(&text, "*3\r\n$3\r\nSET\r\n$10\r\nkey%07d\r\n$5\r\nvalue\r\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "appendonly.aof"), text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
