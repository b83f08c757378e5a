package meter

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestTreeOfThisProcess(t *testing.T) {
	ballast := make([]byte, 32<<20)
	for i := 0; i < len(ballast); i += os.Getpagesize() {
		ballast[i] = 1
	}
	one := Tree([]int{os.Getpid()})
	if one.MemoryBytes < 32<<20 || one.Tasks < 2 {
		t.Errorf("got %+v, want at least 32 MiB and 2 tasks", one)
	}
	runtime.KeepAlive(ballast)

	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	if both := Tree([]int{os.Getpid(), child.Process.Pid}); both.Tasks <= Tree([]int{child.Process.Pid}).Tasks {
		t.Errorf("two processes have %d tasks", both.Tasks)
	}
}

func TestTreeOfAnEndedProcess(t *testing.T) {
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if got := Tree([]int{child.Process.Pid}); got != (Usage{}) {
		t.Errorf("got %+v", got)
	}
}

func TestTreeCountsCPU(t *testing.T) {
	self := []int{os.Getpid()}
	before := Tree(self).CPUms
	for deadline := time.Now().Add(10 * time.Second); Tree(self).CPUms < before+30; {
		if time.Now().After(deadline) {
			t.Fatalf("%d ms after 10 s of work, %d before", Tree(self).CPUms, before)
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
	got := Tree([]int{pid})
	if got.MemoryBytes < 1<<20 || got.Tasks == 0 {
		t.Errorf("got %+v, want its resident memory", got)
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() == strconv.Itoa(pid) && !mayBelong(entry, os.Getuid()) {
			t.Error("the count of the account passes it over")
		}
	}
}

func TestAccountCountsThreads(t *testing.T) {
	tasks, limit := Account()
	if own := Tree([]int{os.Getpid()}).Tasks; tasks < 2 || tasks+5 < own {
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
		Tree([]int{os.Getpid()})
	}
}

func BenchmarkAccount(b *testing.B) {
	for b.Loop() {
		Account()
	}
}
