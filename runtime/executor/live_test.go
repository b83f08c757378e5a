package executor_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/internal/testuser"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/notify"
	"unitd/units"
)

func TestMain(m *testing.M) {
	if name := os.Getenv("UNITD_TEST_PROGRAM"); name != "" {
		os.Exit(program(name))
	}
	os.Exit(testuser.Main(m))
}

// manager is an engine with the real executor, as the daemon wires them.
type manager struct {
	t        *testing.T
	engine   *engine.Engine
	executor *executor.Executor
	dir      string
	end      context.CancelFunc
	ended    sync.WaitGroup

	mu      sync.Mutex
	history []string
}

// start boots the units of a set, whose directories and logs are below a fresh directory.
func start(t *testing.T, list ...*units.Unit) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "unitd-live-")
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{t: t, dir: dir}
	for _, name := range []string{"run/exit", "log"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	account, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	m.executor = executor.New(executor.Config{
		Runtime: filepath.Join(dir, "run"), Log: filepath.Join(dir, "log"), Logger: log,
		Account:     units.Account{Name: account.Username, Home: dir},
		ReadEnvFile: func(string) ([]units.EnvVar, error) { return nil, os.ErrNotExist },
		Report:      func(id units.ID, ev lifecycle.Event) { m.engine.Post(id, ev) },
	})
	n := 0
	m.engine = engine.New(units.NewSet(list...), engine.Overrides{}, engine.Config{
		Executor: m.executor, Boot: time.Now().Add(-time.Hour), Chance: func() float64 { return 0.5 },
		Invocation: func() string { n++; return fmt.Sprintf("%032x", n) },
		Record:     m.record, Persist: func(engine.Overrides, *units.Set) {}, Logger: log,
	})
	if err := m.executor.Open(); err != nil {
		t.Fatal(err)
	}
	receiver, err := notify.Listen(m.executor.NotifySocket(), m.executor.Notify)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	drain, end := context.WithCancel(ctx)
	m.end = end
	for _, actor := range []func(context.Context) error{m.executor.Reap, m.executor.Check, receiver.Run} {
		m.ended.Go(func() { actor(ctx) }) //nolint:errcheck // ends with the context
	}
	done := make(chan struct{})
	go func() { m.engine.Run(drain); close(done) }() //nolint:errcheck // ends with the context
	t.Cleanup(func() {
		end()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Error("the manager did not stop its units within 30s")
		}
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
		os.RemoveAll(dir)
	})
	m.call(func(model *engine.Model) { model.Boot() })
	return m
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

func (m *manager) submit(kind job.Kind, ids ...units.ID) job.Transaction {
	m.t.Helper()
	var tx job.Transaction
	m.call(func(model *engine.Model) {
		var err error
		if tx, err = model.Submit(kind, ids); err != nil {
			m.t.Error(err)
		}
	})
	m.eventually(fmt.Sprintf("%s %v ends", kind, ids), func(model *engine.Model) bool {
		tx, _, _ = model.Transaction(tx.ID)
		return tx.Result != ""
	})
	return tx
}

func (m *manager) active(id units.ID) {
	m.t.Helper()
	m.eventually(string(id)+" is active", func(model *engine.Model) bool { return model.Unit(id).Phase() == lifecycle.Active })
}

func (m *manager) pid(id units.ID) (pid int) {
	m.call(func(model *engine.Model) { pid = model.Unit(id).MainPID() })
	return pid
}

// app is an app with the defaults of the language that runs a test program.
func app(name string, change func(*units.Process, *units.Program), words ...string) *units.Unit {
	p := process(change, words...)
	return &units.Unit{ID: units.NewID(units.KindApp, name, ""), Enabled: true, App: &units.App{Process: p}}
}

func process(change func(*units.Process, *units.Program), words ...string) units.Process {
	p := units.Process{
		Type: units.TypeSimple, Directory: "/", Umask: 0o022, ReadyFD: -1, KillMode: units.KillMixed, StopSignal: "SIGTERM",
		StartTimeout: 10 * time.Second, StopTimeout: 5 * time.Second,
		Restart: units.Restart{
			Policy: units.RestartAlways, Delay: time.Second, MaxDelay: time.Minute, Factor: 2, Jitter: 0.1,
			Immediate: []units.Reason{
				units.ReasonKilled, units.ReasonSignal, units.ReasonCore, units.ReasonOOM,
				units.ReasonWatchdog, units.ReasonHang, units.ReasonHealth,
			},
			ResetAfter: time.Minute, Interval: time.Minute,
		},
	}
	program := units.Program{
		Command: append([]string{"/proc/self/exe"}, words...),
		Env:     []units.EnvVar{{Name: "UNITD_TEST_PROGRAM", Value: words[0]}},
	}
	if self, err := os.Executable(); err == nil {
		program.Command[0] = testBinary(self)
	}
	if change != nil {
		change(&p, &program)
	}
	p.Program = units.Fixed(program)
	return p
}

var binary struct {
	once sync.Once
	path string
}

// testBinary is a copy of this program at a path that the ordinary user may execute.
func testBinary(self string) string {
	binary.once.Do(func() {
		content, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			panic(err)
		}
		dir, err := os.MkdirTemp("", "unitd-bin-")
		if err != nil {
			panic(err)
		}
		binary.path = filepath.Join(dir, filepath.Base(self))
		if err := os.WriteFile(binary.path, content, 0o755); err != nil {
			panic(err)
		}
	})
	return binary.path
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

// sleeper is any program that runs until it is told to stop.
func sleeper(name string, change func(*units.Process, *units.Program)) *units.Unit {
	return app(name, func(p *units.Process, program *units.Program) {
		program.Command = []string{"sleep", "1000"}
		if change != nil {
			change(p, program)
		}
	}, "none")
}
