package systemd

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/runtime/cgroup"
	"unitd/test/stage"
)

// programs are where distributions have systemd.
var programs = []string{"/usr/lib/systemd/systemd", "/lib/systemd/systemd"}

// user is a `systemd --user` of the test's own.
type user struct {
	t    *testing.T
	home string
	env  []string
}

// start starts systemd with the unit files of the documentation; the test is skipped where it cannot run.
func start(t *testing.T, home string) *user {
	t.Helper()
	program := ""
	for _, path := range programs {
		if _, err := os.Stat(path); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("there is no systemd here (Debian: apt-get install systemd)")
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		t.Skip("systemd has not booted this host, and only root can make it look like that: start the tests as root")
	}
	own, err := cgroup.Own()
	if err == nil {
		err = os.Mkdir(filepath.Join(own, "try"), 0o755)
	}
	if err != nil {
		t.Skipf("the tests run in no cgroup that is delegated (as root they do, where there is cgroup v2): %v", err)
	}
	if err := os.Remove(filepath.Join(own, "try")); err != nil {
		t.Fatal(err)
	}
	runtime := filepath.Join(home, "xdg")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	u := &user{t: t, home: home, env: []string{
		"HOME=" + home, "USER=" + os.Getenv("USER"), "LOGNAME=" + os.Getenv("USER"), "LANG=C.UTF-8",
		"PATH=" + filepath.Join(home, "bin") + ":/usr/local/bin:/usr/bin:/bin", "XDG_RUNTIME_DIR=" + runtime,
	}}
	log, err := os.Create(filepath.Join(home, "systemd.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program, "--user", "--unit=basic.target", "--log-target=console")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = home, u.env, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.end(cmd) })
	stage.Await(t, patience, "systemd answers", func() bool {
		state, _ := u.systemctl("is-system-running") // 1 where something else is not well
		return strings.TrimSpace(state) == "running" || strings.TrimSpace(state) == "degraded"
	})
	return u
}

// end has systemd stop all its services, which have to leave nothing behind.
func (u *user) end(systemd *exec.Cmd) {
	tree := stage.Tree(systemd.Process.Pid)
	if err := systemd.Process.Signal(syscall.SIGTERM); err != nil {
		u.t.Error(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- systemd.Wait() }()
	select {
	case <-ended: // with a status that its version chooses
	case <-time.After(patience):
		u.t.Error("systemd does not end")
		_ = systemd.Process.Kill()
	}
	for _, p := range tree {
		if p.Alive() {
			u.t.Errorf("left behind: pid %d (%s)", p.PID, p.Command)
			_ = syscall.Kill(p.PID, syscall.SIGKILL) // it may be gone by now
		}
	}
	if u.t.Failed() {
		for _, name := range []string{"systemd.log", ".local/state/unitd/log/unitd.log"} {
			text, err := os.ReadFile(filepath.Join(u.home, name))
			u.t.Logf("%s (%v):\n%s", name, err, text)
		}
	}
}

// systemctl returns what it prints.
func (u *user) systemctl(args ...string) (string, error) {
	return u.run("systemctl", append([]string{"--user", "--no-pager"}, args...)...)
}

// do runs systemctl, which has to succeed.
func (u *user) do(args ...string) string {
	u.t.Helper()
	output, err := u.systemctl(args...)
	if err != nil {
		u.t.Fatalf("systemctl --user %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return output
}

func (u *user) run(name string, args ...string) (string, error) {
	path := filepath.Join(u.home, "bin", name)
	if _, err := os.Stat(path); err != nil {
		path = name
	}
	cmd := exec.Command(path, args...)
	var all bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = u.home, u.env, &all, &all
	err := cmd.Run()
	return all.String(), err
}

// property is one of unitd.service.
func (u *user) property(name string) string {
	u.t.Helper()
	return strings.TrimSpace(u.do("show", "unitd", "--value", "-p", name))
}

// pid is that of the main process of unitd.service; 0: it has none.
func (u *user) pid() int {
	u.t.Helper()
	pid, err := strconv.Atoi(u.property("MainPID"))
	if err != nil {
		u.t.Fatal(err)
	}
	return pid
}

// version is systemd's; 0: there is none.
func version() int {
	output, _ := exec.Command("systemctl", "--version").Output()
	var n int
	_, _ = fmt.Sscanf(string(output), "systemd %d", &n)
	return n
}
