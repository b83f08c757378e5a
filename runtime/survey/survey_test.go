package survey

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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
	cmd.Env = append(os.Environ(), looking+"="+t.TempDir(), "PATH="+emptyCrontab(t)+":"+os.Getenv("PATH"))
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

// emptyCrontab is a directory with a crontab(1) of an account that has no crontab: that of the host is set-gid, which is
// nothing in a user namespace.
func emptyCrontab(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "crontab"), []byte("#!/bin/sh\necho no crontab for shop >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestThisHost(t *testing.T) {
	f := surveyed(t, "")
	if f.Kernel == "" || f.Root || f.CPUs < 1 || f.Memory <= 0 || f.Tasks.Used < 1 || f.Files.Soft == 0 || f.Home.Type == "" || f.Home.Total == 0 ||
		f.Tmp.Type == "" || f.Cron.State == "" || f.Clock.Ahead != 0 {
		t.Errorf("%+v", f)
	}
}

// finding is the judgement of one thing, which has to be there.
func finding(t *testing.T, facts doctor.Facts, of string) doctor.Finding {
	t.Helper()
	all := doctor.Examine(facts)
	i := slices.IndexFunc(all, func(f doctor.Finding) bool { return f.Name == of })
	if i < 0 {
		t.Fatalf("nothing is said of %s: %+v", of, all)
	}
	return all[i]
}

// What a host lacks is found there, with what unitd does about it and what to ask for; and only there.
func TestOtherHosts(t *testing.T) {
	const tier, ask = "process", "Ask for"
	here := surveyed(t, "")
	for _, test := range []struct {
		host               testhost.Host
		of                 string
		level              doctor.Level
		found, effect, ask string
	}{
		{testhost.NoUserNamespaces, "namespaces", doctor.Note, "switched off: user.max_user_namespaces is 0", tier, "sysctl user.max_user_namespaces="},
		{testhost.NoCapabilities, "namespaces", doctor.Note, "can be made, and may then do nothing: create pid, mount, ipc and uts namespaces: operation not permitted", tier, "with their capabilities"},
		{testhost.Restricted, "namespaces", doctor.Note, "create a user namespace: operation not permitted", tier, ask},
		{testhost.OneAddress, "loopback", doctor.Note, "127.77.0.1 cannot be used: cannot assign requested address", "as a whole", "127.0.0.0/8"},
		{testhost.HiddenProc, "/proc", doctor.Fine, "shows your own processes only (hidepid=", "hides its memory", ""},
		{testhost.NoLandlock, "Landlock", doctor.Note, "has none", "does nothing", "kernel with Landlock"},
		{testhost.NoFilters, "seccomp", doctor.Note, "has no filters of system calls", "do nothing", "CONFIG_SECCOMP_FILTER"},
		{testhost.NoCron, "cron", doctor.Problem, "none runs on this host", "Nothing starts unitd", "Ask for cron"},
	} {
		t.Run(string(test.host), func(t *testing.T) {
			t.Parallel()
			f := finding(t, surveyed(t, test.host), test.of)
			if f.Level != test.level || !strings.Contains(f.Found, test.found) || !strings.Contains(f.Effect, test.effect) || !strings.Contains(f.Ask, test.ask) {
				t.Errorf("%+v, want %+v", f, test)
			}
			if here := finding(t, here, test.of); here.Found == f.Found {
				t.Skipf("this host is such a one: %+v", here)
			}
		})
	}
}

func TestDisk(t *testing.T) {
	if d := disk("/nonexistent"); !strings.Contains(d.Problem, "/nonexistent cannot be looked at") {
		t.Errorf("%+v", d)
	}
	// No account may mount one for a test.
	if got := typeName(unix.NFS_SUPER_MAGIC); got != "nfs" {
		t.Errorf("a home on NFS is %s", got)
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
