package chaos

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/test/stage"
)

var (
	duration = flag.Duration("chaos.for", time.Minute, "how long to kill")
	seed     = flag.Uint64("chaos.seed", 0, "which deeds; 0: others each time")
	keep     = flag.String("chaos.keep", "", "a directory in which to leave the logs of a test that has failed")
)

// patience is how long what was killed may take to be there again, on a machine that is busy.
const patience = time.Minute

// house is an account that unitd runs in.
type house struct {
	t      *testing.T
	home   string
	bin    string // directory of the programs
	env    []string
	chance *rand.Rand
	deeds  map[string]int
	story  []string
}

func TestChaos(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ownPrograms()
	defer h.clear()
	defer h.explain()
	h.ensure()
	h.settle()
	clients := startClients("http://127.0.0.1:" + h.port())
	for begun := time.Now(); time.Since(begun) < *duration && !t.Failed(); {
		h.deed()
		time.Sleep(time.Duration(h.chance.IntN(300)) * time.Millisecond)
		h.revive()
	}
	h.settle()
	served := clients.end()
	t.Logf("%s; %v", served, h.deeds)
	if served.refused != "" {
		t.Errorf("a connection was refused: %s", served.refused)
	}
	if served.answered == 0 || served.cut > h.deeds["kill a program"]*connections {
		t.Errorf("requests that broke: %d, with %d programs killed; the last: %s", served.cut, h.deeds["kill a program"], served.broke)
	}
	h.everyLine()
	h.shutdown()
}

// newHouse lays out a home directory.
func newHouse(t *testing.T) *house {
	t.Helper()
	seed := *seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("the deeds of seed %d for %v: -chaos.seed=%d -chaos.for=%v", seed, *duration, seed, *duration)
	h := &house{t: t, home: stage.Home(t), bin: filepath.Join(stage.Dir(), "bin"), chance: rand.New(rand.NewPCG(seed, 1)), deeds: map[string]int{}}
	port, err := stage.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		os.CopyFS(h.home, os.DirFS(filepath.Join(stage.Dir(), "test/chaos/testdata"))),
		os.Mkdir(filepath.Join(h.home, "notes"), 0o755), os.Mkdir(filepath.Join(h.home, "shop"), 0o755),
		os.WriteFile(filepath.Join(h.home, "shop/greeting.txt"), []byte("hello\n"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	const lines = 50_000 // in all, which are soon read
	h.env = []string{
		"HOME=" + h.home, "USER=" + os.Getenv("USER"), "LOGNAME=" + os.Getenv("USER"), "LANG=C.UTF-8",
		"PATH=" + filepath.Join(stage.Dir(), "bin") + ":/usr/local/bin:/usr/bin:/bin", "UNITD_UNITS=" + filepath.Join(h.home, "units"),
		"UNITD_VAR_port=" + port, "UNITD_VAR_app=" + filepath.Join(stage.Dir(), "bin/demo/app"),
		fmt.Sprintf("UNITD_VAR_pause=%.4f", max(0.005, duration.Seconds()/lines)),
	}
	return h
}

// ownPrograms gives the account its own copies of the programs, which it may replace.
func (h *house) ownPrograms() {
	h.t.Helper()
	own := filepath.Join(h.home, "bin")
	if err := os.Mkdir(own, 0o755); err != nil {
		h.t.Fatal(err)
	}
	for _, name := range []string{"unitd", "unitctl"} {
		program, err := os.ReadFile(filepath.Join(h.bin, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(own, name), program, 0o755)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	h.bin = own
}

func (h *house) port() string {
	for _, entry := range h.env {
		const name = "UNITD_VAR_port="
		if len(entry) > len(name) && entry[:len(name)] == name {
			return entry[len(name):]
		}
	}
	return ""
}

// run runs one of the programs.
func (h *house) run(name string, args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(h.bin, name), args...)
	cmd.Dir, cmd.Env = h.home, h.env
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// ensure is what cron does.
func (h *house) ensure() {
	if output, err := h.run("unitd", "--ensure", "--detach"); err != nil {
		h.t.Logf("unitd --ensure: %v\n%s", err, output) // it was killed, or so was the one that it found
	}
}

// revive starts the manager where nothing has, as cron does some time later.
func (h *house) revive() {
	if h.manager().PID == 0 && h.chance.IntN(3) == 0 {
		h.ensure()
	}
}

// settle waits until everything runs again, and nothing else does.
func (h *house) settle() {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		missing := h.missing()
		if missing == "" {
			missing = strings.Join(h.unknown(), "\n")
		}
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			output, err := h.run("unitctl", "status")
			h.t.Fatalf("not so within %v: %s\n%s%v", patience, missing, output, err)
		}
		if h.manager().PID == 0 {
			h.ensure()
		}
	}
}

// explain shows what was done and what unitd said, when the test has failed.
func (h *house) explain() {
	if !h.t.Failed() {
		return
	}
	if *keep != "" { // but for sockets, which cannot be copied
		to, from := filepath.Join(*keep, filepath.Base(h.home)), filepath.Join(h.home, ".local/state/unitd")
		events, err := os.ReadFile(filepath.Join(from, "events.jsonl"))
		err = errors.Join(err, os.CopyFS(filepath.Join(to, "log"), os.DirFS(filepath.Join(from, "log"))), os.WriteFile(filepath.Join(to, "events.jsonl"), events, 0o644))
		h.t.Logf("its logs and events are in %s (%v)", to, err)
	}
	log, err := os.ReadFile(filepath.Join(h.home, ".local/state/unitd/log/unitd.log"))
	const most = 100_000
	h.t.Logf("%s\nunitd said (%v):\n%s", strings.Join(h.story, "\n"), err, log[max(len(log)-most, 0):])
}

// shutdown ends the manager, after which nothing is left.
func (h *house) shutdown() {
	h.t.Helper()
	if output, err := h.run("unitctl", "manager", "shutdown"); err != nil {
		h.t.Errorf("manager shutdown: %v\n%s", err, output)
	}
	stage.Await(h.t, patience, "nothing is left", func() bool { return len(h.census()) == 0 })
}
