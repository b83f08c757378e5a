package meter

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

func TestTreeOfThisProcess(t *testing.T) {
	ballast := make([]byte, 32<<20)
	for i := 0; i < len(ballast); i += os.Getpagesize() {
		ballast[i] = 1
	}
	one := Tree(looked(t, os.Getpid()))
	if one.MemoryBytes < 32<<20 || one.Tasks < 2 {
		t.Errorf("got %+v, want at least 32 MiB and 2 tasks", one)
	}
	runtime.KeepAlive(ballast)

	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	if both := Tree(looked(t, os.Getpid(), child.Process.Pid)); both.Tasks <= Tree(looked(t, child.Process.Pid)).Tasks {
		t.Errorf("two processes have %d tasks", both.Tasks)
	}
}

func TestTreeOfAnEndedProcess(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	before := looked(t, child.Process.Pid)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	if got := Tree(before); got.MemoryBytes != 0 {
		t.Errorf("got %+v", got)
	}
}

// looked is what the kernel tells of living processes.
func looked(t testing.TB, pids ...int) []procfs.Process {
	t.Helper()
	var found []procfs.Process
	for _, pid := range pids {
		p, err := procfs.Stat(pid)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, p)
	}
	return found
}

func TestTreeCountsCPU(t *testing.T) {
	used := func() int64 { return Tree(looked(t, os.Getpid())).CPUms }
	before := used()
	for deadline := time.Now().Add(10 * time.Second); used() < before+30; {
		if time.Now().After(deadline) {
			t.Fatalf("%d ms after 10 s of work, %d before", used(), before)
		}
	}
}

// A process that is not dumpable, as unitd itself, keeps its smaps from its own account.
func TestNotDumpableProcessCountsToo(t *testing.T) {
	child := exec.Command("/proc/self/exe")
	child.Env = append(os.Environ(), hiddenChild+"=1")
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	if lines := bufio.NewScanner(output); !lines.Scan() || lines.Text() != "hidden" {
		t.Fatalf("the child said %q", lines.Text())
	}
	pid := child.Process.Pid
	if _, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid)); err == nil {
		t.Fatal("its smaps_rollup is readable: this tests nothing")
	}
	got := Tree(looked(t, pid))
	if got.MemoryBytes < 1<<20 || got.Tasks == 0 {
		t.Errorf("got %+v, want its resident memory", got)
	}
	if counted := tasksOf(pid, os.Getuid()); counted != got.Tasks {
		t.Errorf("the count of the account takes %d of its %d tasks", counted, got.Tasks)
	}
}

func TestProcessesOfOthersDoNotCount(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("nothing is foreign to root")
	}
	if got := tasksOf(1, os.Getuid()); got != 0 {
		t.Errorf("the first process of the host has %d tasks of this account", got)
	}
}

func TestAccountCountsThreads(t *testing.T) {
	tasks, limit := Account(nil)
	if own := Tree(looked(t, os.Getpid())).Tasks; tasks < 2 || tasks+5 < own {
		t.Errorf("the account has %d tasks, this process alone %d", tasks, own)
	}
	var most unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &most); err != nil {
		t.Fatal(err)
	}
	if most.Cur < 1<<30 && limit != int(most.Cur) {
		t.Errorf("limit %d, want %d", limit, most.Cur)
	}
}

func TestFiguresOfThisHost(t *testing.T) {
	if cpus := CPUs(); cpus < 1 || cpus > runtime.NumCPU() {
		t.Errorf("%d CPUs of %d", cpus, runtime.NumCPU())
	}
	var host unix.Sysinfo_t
	if err := unix.Sysinfo(&host); err != nil {
		t.Fatal(err)
	}
	installed := int64(host.Totalram) * int64(host.Unit)
	if got := MemoryTotal(); got < 16<<20 || got > installed {
		t.Errorf("%d bytes of %d", got, installed)
	}
}

func BenchmarkTree(b *testing.B) {
	for b.Loop() {
		Tree(looked(b, os.Getpid()))
	}
}

func BenchmarkAccount(b *testing.B) {
	for b.Loop() {
		Account(nil)
	}
}
