package executor_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/internal/testlog"
	"unitd/internal/testuser"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/journal"
	"unitd/runtime/notify"
	"unitd/units"
)

func TestMain(m *testing.M) {
	testhost.Enter()
	if len(os.Args) > 1 {
		if name, ok := strings.CutPrefix(os.Args[1], "program:"); ok {
			syscall.Exit(program(name)) // os.Exit of a binary with the race detector takes a second
		}
	}
	status := inEachTier(m)
	if binary.path != "" {
		os.RemoveAll(filepath.Dir(binary.path))
	}
	os.Exit(status)
}

// contained is set while units get namespaces of their own, which is the default of the language.
var contained = true

// ofEachTier are the tests that run without namespaces, too.
const ofEachTier = "Confinement|MemoryLimit|Cgroups|Stop|Kill|Hook|Forking|Notify|Restart|Reload|Fault"

// inEachTier runs the tests as on a host that gives namespaces, then some of them as on one that does not.
func inEachTier(m *testing.M) int {
	if os.Getuid() == 0 {
		if err := beForeigner(); err != nil {
			fmt.Println("listen as root:", err)
			return 1
		}
		return testuser.MainInCgroup(m)
	}
	if simulated != "" {
		contained = false
		return m.Run()
	}
	fmt.Println("tier namespace")
	status := m.Run()
	contained = false
	run := flag.Lookup("test.run")
	if run.Value.String() == "" {
		if err := run.Value.Set(ofEachTier); err != nil {
			panic(err) // it compiles
		}
	}
	fmt.Println("tier process")
	return max(status, m.Run())
}

// unitFiles are those that were written into the unit directory.
func (h *home) unitFiles() (files []string) {
	root := h.Paths().Units
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error { // where it is not there are none
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, root+"/"))
		}
		return err
	})
	return files
}

// simulated is the host on which this run of the tests is; "": the real one.
var simulated = testhost.Here()

// state is the state directory; one that is not there cannot be hidden, so that units get no namespaces.
func (h *home) state() string {
	if !contained && simulated == "" {
		return filepath.Join(h.dir, "nowhere")
	}
	return filepath.Join(h.dir, "run")
}

// manager is an engine with the real executor, as the daemon wires them, seen by one test.
type manager struct {
	*core
	t *testing.T
	// pool is whose workers are meant, where none is named; "": pool.web.
	pool units.ID
}

// core is what the tests of one manager share.
type core struct {
	engine   *engine.Engine
	executor *executor.Executor
	home     *home
	dir      string
	end      context.CancelFunc
	ended    sync.WaitGroup

	said testlog.Log

	mu      sync.Mutex
	history []string
}

// start boots units, whose logs are below a fresh directory.
func start(t *testing.T, list ...*units.Unit) *manager {
	t.Helper()
	return live(t, newHome(t), units.NewSet(list...))
}

// live runs a manager until the test ends.
func live(t *testing.T, home *home, set *units.Set) *manager {
	t.Helper()
	dir := home.dir
	m := &manager{core: &core{home: home, dir: dir}, t: t}
	out := io.Writer(&m.said)
	if testing.Verbose() {
		out = io.MultiWriter(out, os.Stderr)
	}
	log := slog.New(slog.NewTextHandler(out, nil))
	m.executor = executor.New(executor.Config{
		Runtime: filepath.Join(dir, "run"), State: home.state(), Log: filepath.Join(dir, "log"), Logger: log,
		Units: home.Paths().Units, UnitFiles: home.unitFiles, Programs: []string{testBinary()},
		Account: home.Account(), Digest: home.Digest, ReadEnvFile: home.ReadEnvFile, ReadSecret: home.ReadSecret, ReadPage: home.ReadPage, OOMKills: home.oomKills, Cgroups: home.cgroups,
		Logs: journal.NewLogs(), SyslogSocket: filepath.Join(dir, "syslog"),
		Report: func(id units.ID, ev lifecycle.Event) { m.engine.Post(id, ev) },
	})
	n := 0
	m.engine = engine.New(set, engine.Overrides{}, engine.Config{
		Executor: m.executor, Boot: time.Now().Add(-time.Hour), Chance: func() float64 { return 0.5 },
		Invocation: func() string { n++; return fmt.Sprintf("%032x", n) },
		LastOutput: m.executor.LatestOutput,
		Record:     m.record, Persist: func(engine.Overrides, *units.Set) {}, Logger: log,
	})
	if err := m.executor.Open(); err != nil {
		t.Fatal(err)
	}
	receiver, err := notify.Listen(m.executor.NotifySocket(), m.executor.Notify, m.executor.Dropped)
	if err != nil {
		t.Fatal(err)
	}
	m.executor.HearBy(func() {
		if err := receiver.Poll(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	drain, end := context.WithCancel(ctx)
	m.end = end
	for _, actor := range []func(context.Context) error{m.executor.Reap, receiver.Run} {
		m.ended.Go(func() { actor(ctx) })
	}
	checking, endChecks := context.WithCancel(ctx)
	checked := make(chan struct{})
	go func() { m.executor.Check(checking); close(checked) }()
	done := make(chan struct{})
	go func() { m.engine.Run(drain); close(done) }()
	t.Cleanup(func() {
		end()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Error("the manager did not stop its units within 30s")
		}
		endChecks()
		<-checked
		cancel()
		m.ended.Wait()
		receiver.Close()
		m.executor.Close()
		if t.Failed() {
			for _, line := range m.transitions() {
				t.Log(line)
			}
			m.dumpLogs()
		}
		m.nothingLeft()
	})
	m.call(func(model *engine.Model) { model.Boot() })
	return m
}

// nothingLeft wants no process alive that was started in the manager's directory.
func (m *manager) nothingLeft() {
	for pid, command := range processesNaming("HOME=" + m.dir + "\x00") {
		m.t.Errorf("pid %d outlived the manager's units: %s", pid, command)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			m.t.Log(err)
		}
	}
}

func (m *manager) record(t engine.Transition) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.history = append(m.history, fmt.Sprintf("%s %s/%d %s(%s) %s", t.At.Format("05.000"), t.Unit, t.Worker, t.Active, t.Sub, t.Reason))
}

func (m *manager) transitions() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.history...)
}

func (m *manager) dumpLogs() {
	files, _ := filepath.Glob(filepath.Join(m.dir, "log", "*"))
	for _, file := range files {
		content, _ := os.ReadFile(file)
		m.t.Logf("%s:\n%s", filepath.Base(file), content)
	}
}

func (m *manager) call(f func(*engine.Model)) {
	m.t.Helper()
	if err := m.engine.Call(context.Background(), f); err != nil {
		m.t.Fatal(err)
	}
}

// eventually polls a condition on the model.
func (m *manager) eventually(what string, condition func(*engine.Model) bool) {
	m.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		ok := false
		m.call(func(model *engine.Model) { ok = condition(model) })
		if ok {
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("within 15s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// id is that of an app unless the name has its kind.
func id(name string) units.ID {
	if strings.Contains(strings.SplitN(name, "[", 2)[0], ".") {
		return units.ID(name)
	}
	return units.ID("app." + name)
}

// begin submits a job and returns its transaction's number.
func (m *manager) begin(kind job.Kind, names ...string) uint64 {
	m.t.Helper()
	var ids []units.ID
	for _, name := range names {
		ids = append(ids, id(name))
	}
	var tx job.Transaction
	m.call(func(model *engine.Model) {
		var err error
		if tx, err = model.Submit(kind, ids); err != nil {
			m.t.Errorf("%s %v: %v", kind, names, err)
		}
	})
	return tx.ID
}

// finished waits for the end of a transaction.
func (m *manager) finished(id uint64) (tx job.Transaction) {
	m.t.Helper()
	m.eventually(fmt.Sprintf("transaction %d ends", id), func(model *engine.Model) bool {
		tx, _, _ = model.Transaction(id)
		return tx.Result != ""
	})
	return tx
}

func (m *manager) submit(kind job.Kind, ids ...units.ID) job.Transaction {
	m.t.Helper()
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return m.finished(m.begin(kind, names...))
}

func (m *manager) start(name string) job.Transaction {
	m.t.Helper()
	return m.submit(job.Start, id(name))
}
func (m *manager) stop(name string) job.Transaction {
	m.t.Helper()
	return m.submit(job.Stop, id(name))
}
func (m *manager) restart(name string) job.Transaction {
	m.t.Helper()
	return m.submit(job.Restart, id(name))
}
func (m *manager) reload(name string) job.Transaction {
	m.t.Helper()
	return m.submit(job.Reload, id(name))
}

// kill sends SIGKILL to a unit's main process.
func (m *manager) kill(name string) {
	m.t.Helper()
	if err := syscall.Kill(m.pid(id(name)), syscall.SIGKILL); err != nil {
		m.t.Fatal(err)
	}
}

// note says why a unit stands where it stands.
func (m *manager) note(name string) (note string) {
	m.call(func(model *engine.Model) { note = model.Unit(id(name)).Note() })
	return note
}

// has reports a program that this machine has.
func (m *manager) has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

func (m *manager) active(id units.ID) {
	m.t.Helper()
	m.eventually(string(id)+" is active", func(model *engine.Model) bool { return model.Unit(id).Phase() == lifecycle.Active })
}

func (m *manager) pid(id units.ID) (pid int) {
	m.call(func(model *engine.Model) { pid = model.Unit(id).MainPID() })
	return pid
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func alive(pid int) bool {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	return !strings.Contains(string(content), ") Z ")
}

func get(url string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return string(body), err
}
