package survey

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/internal/testuser"
	"unitd/policy/doctor"
	"unitd/runtime/executor"
)

// looking is set for a run of the test binary that prints what it finds.
const looking = "UNITD_TEST_SURVEY"

func TestMain(m *testing.M) {
	testhost.Enter()
	if dir := os.Getenv(looking); dir != "" {
		os.Exit(look(dir))
	}
	os.Exit(testuser.Main(m))
}

func look(dir string) int {
	trial, err := executor.Rehearse(context.Background(), dir)
	if err != nil {
		os.Stderr.WriteString(err.Error())
		return 1
	}
	facts := Account(context.Background(), dir, dir)
	facts.Namespaces = Namespaces(trial.NoNamespaces())
	if json.NewEncoder(os.Stdout).Encode(facts) != nil {
		return 1
	}
	return 0
}

// surveyed is what is found here, or on a host that is simulated.
func surveyed(t *testing.T, on testhost.Host) (f doctor.Facts) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	if on != "" {
		cmd = on.Command(t, "survey.test")
	}
	cmd.Env = append(os.Environ(), looking+"="+t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return f
}

func TestThisHost(t *testing.T) {
	f := surveyed(t, "")
	if f.Kernel == "" || f.Root || f.CPUs < 1 || f.Memory <= 0 || f.Tasks.Used < 1 || f.Files.Soft == 0 || f.Home.Type == "" || f.Home.Total == 0 ||
		f.Tmp.Type == "" || f.Cron.State == "" || f.Clock.Ahead != 0 {
		t.Errorf("%+v", f)
	}
}

// Why there are no namespaces is told apart, on hosts that differ in that.
func TestOtherHosts(t *testing.T) {
	for _, test := range []struct {
		host testhost.Host
		of   string
		want string
	}{
		{testhost.NoUserNamespaces, "namespaces", "switched off: user.max_user_namespaces is 0"},
		{testhost.NoCapabilities, "namespaces", "can be made, and may then do nothing: create pid, mount, ipc and uts namespaces: operation not permitted"},
		{testhost.Restricted, "namespaces", "create a user namespace: "},
		{testhost.OneAddress, "loopback", "127.77.0.1 cannot be used: cannot assign requested address"},
		{testhost.HiddenProc, "/proc", "hidepid="},
	} {
		t.Run(string(test.host), func(t *testing.T) {
			for _, finding := range doctor.Examine(surveyed(t, test.host)) {
				if finding.Name == test.of && !strings.Contains(finding.Found, test.want) {
					t.Errorf("%+v, want %s", finding, test.want)
				}
			}
		})
	}
}

func TestDisk(t *testing.T) {
	if d := disk("/nonexistent"); !strings.Contains(d.Problem, "/nonexistent cannot be looked at") {
		t.Errorf("%+v", d)
	}
	if d := disk("/proc"); !strings.Contains(d.Problem, "cannot be written") || !strings.HasPrefix(d.Type, "file system 0x") {
		t.Errorf("%+v", d)
	}
}

// A crontab that the account may not have, and a host without one.
func TestCrontab(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if got := crontabOf(t.Context(), dir); !got.NoProgram {
		t.Errorf("%+v", got)
	}
	const text = "#!/bin/sh\necho 'You (shop) are not allowed to use this program (crontab)' >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "crontab"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := crontabOf(t.Context(), dir); got.NoProgram || !strings.Contains(got.Refused, "not allowed") {
		t.Errorf("%+v", got)
	}
}

func TestClockThatWasSetBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "events.jsonl")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := clock(dir); c.Ahead > time.Second {
		t.Errorf("%+v", c)
	}
	future := time.Now().Add(3 * time.Hour)
	if err := os.Chtimes(path, future, future); err != nil {
		t.Fatal(err)
	}
	if c := clock(dir); c.Ahead < 2*time.Hour {
		t.Errorf("%+v", c)
	}
}
