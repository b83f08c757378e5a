package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	"unitd/internal/script"
)

var compilers = map[string]string{"amd64": "x86_64-linux-gnu-gcc", "arm64": "aarch64-linux-gnu-gcc"}

// build builds the interpreter from source and returns it, and what it was built with.
func build(t *testing.T, arch string) (elf []byte, with string) {
	t.Helper()
	if _, err := exec.LookPath(compilers[arch]); err != nil {
		t.Skipf("no compiler for %s (apt-get install gcc-%s): %v", arch, strings.TrimSuffix(compilers[arch], "-gcc"), err)
	}
	out := filepath.Join(t.TempDir(), "elf")
	if message, err := exec.Command("interpreter/build.sh", arch, out).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, message)
	}
	elf, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	cc, err := os.ReadFile(out + ".cc")
	if err != nil {
		t.Fatal(err)
	}
	return elf, string(cc)
}

// What is embedded comes from the source beside it: byte by byte where the compiler is the same.
func TestInterpreterIsBuiltFromItsSource(t *testing.T) {
	for arch := range compilers {
		t.Run(arch, func(t *testing.T) {
			embedded, err := os.ReadFile("interpreter/" + arch + ".elf")
			if err != nil {
				t.Fatal(err)
			}
			if len(embedded) > 2048 {
				t.Errorf("%d bytes", len(embedded))
			}
			builtWith, err := os.ReadFile("interpreter/" + arch + ".elf.cc")
			if err != nil {
				t.Fatal(err)
			}
			elf, with := build(t, arch)
			if with != string(builtWith) {
				t.Skipf("built with\n%s, here is\n%s: bytes may differ", builtWith, with)
			}
			if !bytes.Equal(elf, embedded) {
				t.Error("the embedded interpreter is not what its source gives: run go generate")
			}
		})
	}
}

// With another compiler the bytes differ, what they do must not.
func TestInterpreterOfThisCompilerBehaves(t *testing.T) {
	elf, _ := build(t, runtime.GOARCH)
	embedded := interpreter
	interpreter = elf
	defer func() { interpreter = embedded }()
	b := newBench(t)
	spec := b.spec("report")
	spec.Files, spec.PIDVars = []*os.File{b.output}, []string{"LISTEN_PID"}
	c, started := b.run(spec)
	if len(c.Files) != 4 || c.Env[0] != fmt.Sprintf("LISTEN_PID=%d", asItself(started.PID)) {
		t.Errorf("got %+v", c)
	}
	spec = b.spec("exit", "0")
	spec.Dir = "/nonexistent"
	token, _ := b.spawn(spec)
	await(b, token, func(e ExecFailed) bool { return e.Op == "change directory to /nonexistent" })
	b.empty(token)
}

// System calls of scripts on arm64, to run one under emulation on another architecture.
var arm64Calls = map[string]uint32{
	"prctl": 167, "rt_sigprocmask": 135, "rt_sigaction": 134, "setsid": 157, "clone": 220, "openat": 56, "dup3": 24, "close": 57,
	"umask": 166, "chdir": 49, "prlimit64": 261, "setpriority": 140, "sched_setaffinity": 122, "ioprio_set": 30, "write": 64, "getpid": 172, "execve": 221, "decimal": 0,
	"readlinkat": 78, "set_tid_address": 96, "unshare": 97, "mount": 40,
}

const emulator = "qemu-aarch64-static"

func needEmulator(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath(emulator); err != nil {
		t.Skipf("apt-get install qemu-user-static: %v", err)
	}
	if message, err := exec.Command(emulator, "--version").CombinedOutput(); err != nil {
		t.Skipf("%s does not run: %v\n%s", emulator, err, message)
	}
}

// Under emulation a vfork is a fork, so a failure behind it is not seen by the init; one before it is.
func TestInterpreterOfArm64UnderEmulation(t *testing.T) {
	needEmulator(t)
	spec := Spec{
		Token: 99, Path: "/bin/sh", Args: []string{"sh", "-c", `echo "$$ $LISTEN_PID $PWD $(umask)"; exit 3`}, PIDVars: []string{"LISTEN_PID"},
		Dir: "/", Umask: 0o027, Rlimits: []Rlimit{{unix.RLIMIT_CORE, 0, 0}},
	}
	records, output := emulate(t, Compile(spec), 2)
	if len(records) != 2 || records[0].kind != kindStarted || records[1].kind != kindMainExited ||
		records[1].status != 3<<8 || records[0].pid != records[1].pid || records[0].token != 99 {
		t.Errorf("got %+v", records)
	}
	var shell, listen int
	var dir, umask string
	if _, err := fmt.Sscan(output, &shell, &listen, &dir, &umask); err != nil || shell != listen || dir != "/" || umask != "0027" {
		t.Errorf("program printed %q (%v)", output, err)
	}

	var failing compiler
	failing.Do("change directory", "chdir", 0, script.Text("/nonexistent"))
	failing.Ops = append(failing.Ops, Compile(spec).Ops...)
	records, _ = emulate(t, failing.Script, 1)
	if len(records) != 1 || records[0].kind != kindFailed || records[0].op != 1 || records[0].status != uint32(unix.ENOENT) {
		t.Errorf("got %+v", records)
	}
}

// The emulator has threads, so it cannot unshare a user namespace (EINVAL), and takes neither CLONE_PARENT nor CLONE_VM
// without CLONE_VFORK. What is left to test: who makes the namespaces hands over to a child, here a plain one, which is the
// init; both report; and what fails in either is told. Without common memory neither waits for the other, and the init
// does not see the pid that the program has read.
func TestHandOverOfArm64UnderEmulation(t *testing.T) {
	needEmulator(t)
	part := func(words, call string, args ...script.Arg) func(*script.Script) {
		return func(s *script.Script) { s.Do(words, call, 0, args...) }
	}
	fine := part("say who", "getpid")
	bad := part("mount", "mount", script.Number(0), script.Text("/nonexistent"), script.Number(0), script.Number(0), script.Number(0))
	const newUser = 0x10000000
	for name, c := range map[string]struct {
		namespaces Namespaces
		want       []recordKind
		errno      unix.Errno
	}{
		"all well":          {Namespaces{Make: fine, Furnish: fine}, []recordKind{kindHandedOver, kindStarted, kindMainExited}, 0},
		"no user namespace": {Namespaces{Make: part("unshare", "unshare", script.Number(newUser)), Furnish: fine}, []recordKind{kindFailed}, unix.EINVAL},
		"no mount":          {Namespaces{Make: fine, Furnish: bad}, []recordKind{kindHandedOver, kindFailed}, unix.ENOENT},
	} {
		compiled := Compile(Spec{Token: 99, Path: "/bin/sh", Args: []string{"sh", "-c", "exit 3"}, Dir: "/", Umask: 0o022, Namespaces: &c.namespaces})
		for i, op := range compiled.Ops {
			if op.Flags == script.HandOver {
				compiled.Ops[i].Args = []script.Arg{script.Number(int(unix.SIGCHLD))}
			}
		}
		records, _ := emulate(t, compiled, len(c.want))
		slices.SortFunc(records, func(a, b record) int { return int(a.seq) - int(b.seq) })
		var kinds []recordKind
		for i, r := range records {
			kinds = append(kinds, r.kind)
			if r.seq != uint32(i) {
				t.Errorf("%s: record %d is %+v", name, i, r)
			}
		}
		if !slices.Equal(kinds, c.want) {
			t.Errorf("%s: got %+v", name, records)
			continue
		}
		switch last := records[len(records)-1]; last.kind {
		case kindFailed:
			if last.status != uint32(c.errno) {
				t.Errorf("%s: failed with %v", name, unix.Errno(last.status))
			}
		case kindMainExited:
			if last.status != 3<<8 || last.pid != records[1].pid {
				t.Errorf("%s: got %+v", name, last)
			}
		}
	}
}

// emulate runs a script until its processes have written as many records.
func emulate(t *testing.T, compiled script.Script, count int) ([]record, string) {
	t.Helper()
	for i := range compiled.Ops {
		nr, ok := arm64Calls[compiled.Ops[i].Call]
		if !ok {
			t.Fatalf("no number for %s", compiled.Ops[i].Call)
		}
		compiled.Ops[i].Number = nr
		if compiled.Ops[i].Call == "prctl" {
			compiled.Ops[i].Flags |= script.IgnoreError // the emulator knows few of its options
		}
	}
	scriptFD, err := memfd("script", compiled.Bytes(), 0)
	if err != nil {
		t.Fatal(err)
	}
	content := os.NewFile(uintptr(scriptFD), "script")
	defer content.Close()
	dir := t.TempDir()
	var files []*os.File
	for _, name := range []string{"fifo", "exit", "output"} {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		files = append(files, file)
	}
	// The last file stands for the interpreter, which the script closes.
	cmd := exec.Command(emulator, "interpreter/arm64.elf", "app.api")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = content, files[0], files[1]
	cmd.ExtraFiles = []*os.File{files[2], files[2], content}
	runErr := cmd.Run()
	read := func(file *os.File) []byte {
		content, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	if runErr != nil {
		t.Fatalf("%v: %s%s", runErr, read(files[0]), read(files[1]))
	}
	count++ // the last one says that all have ended, and stands in the FIFO only
	eventually(t, "the records", func() bool { return len(parseRecords(read(files[0]))) >= count })
	// Two processes may write, of which neither waits for the other: the order of their records is not the same in both.
	fifo, exit := parseRecords(read(files[0])), parseRecords(read(files[1]))
	for _, r := range exit {
		fifo = slices.DeleteFunc(fifo, func(other record) bool { return other == r })
	}
	if len(exit) != count-1 || len(fifo) != 1 || fifo[0].kind != kindLeft {
		t.Errorf("FIFO got %+v more than the exit file, which got %+v", fifo, exit)
	}
	return exit, string(read(files[2]))
}

// Where no memfd may be executed the interpreter lies in the runtime directory, also when it was there before.
func TestInterpreterInFile(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		file, err := interpreterInFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := try(file); err != nil {
			t.Error(err)
		}
		file.Close()
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, %v", entries, err)
	}
}

func TestNoInterpreterThatRuns(t *testing.T) {
	embedded := interpreter
	interpreter = []byte("not an ELF")
	defer func() { interpreter = embedded }()
	_, err := Open(t.TempDir(), func(Event) {})
	const want = "open process table: start the spawn interpreter: exec format error (and from memory: exec format error)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The manager is not dumpable, so that no process of its account reads its memory; then its files in /proc are
// not its own either.
func TestManagerThatIsNotDumpable(t *testing.T) {
	b := newBench(t)
	stdout, err := os.Create(filepath.Join(b.dir, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	spec := b.spec("manager", b.dir, program)
	spec.Stdout = stdout
	token, _ := b.spawn(spec)
	b.empty(token)
	text, err := os.ReadFile(stdout.Name())
	if err != nil {
		t.Fatal(err)
	}
	var c circumstances
	if err := json.Unmarshal(text, &c); err != nil || c.Status["Name"] != "program" {
		t.Errorf("%v in %q; %s", err, text, b.written())
	}
}

// manager is a program that is not dumpable and spawns a report with its own standard output.
func manager(args []string) {
	empty := make(chan bool, 1)
	err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	if err == nil {
		err = os.Mkdir(filepath.Join(args[0], "run"), 0o700)
	}
	var table *Table
	if err == nil {
		table, err = Open(filepath.Join(args[0], "run"), func(e Event) {
			fmt.Fprintf(os.Stderr, "%T %+v\n", e, e)
			if _, ok := e.(Empty); ok {
				empty <- true
			}
		})
	}
	if err == nil {
		go table.Run(context.Background())
		_, err = table.Spawn(Spec{
			Token: 1, Name: "inner", Path: args[1], Args: []string{"program", "report"},
			Stdout: os.Stdout, Stderr: os.Stderr,
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit(1)
	}
	<-empty
}

// tryForEver is somebody who never goes on after the probe has stopped.
func tryForEver([]string) {
	interpreter, err := interpreterInMemory()
	var probe int
	if err == nil {
		probe, err = startProbe(interpreter)
	}
	if err == nil {
		_, err = wait(probe)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit(1)
	}
	fmt.Println(probe)
	select {}
}

// A stopped process that nobody knows counts against the processes of an account until the host is booted.
func TestProbeEndsWithWhoTries(t *testing.T) {
	who := exec.Command(program, "try")
	who.Args[0] = "program"
	who.Stderr = os.Stderr
	output, err := who.StdoutPipe()
	if err == nil {
		err = who.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var probe int
	if _, err := fmt.Fscan(output, &probe); err != nil {
		t.Error(err)
	}
	t.Cleanup(func() {
		if t.Failed() && probe > 1 {
			_ = unix.Kill(probe, unix.SIGKILL) // may be gone
		}
	})
	if p, err := procfs.Stat(probe); err != nil || p.State != 'T' || p.Parent != who.Process.Pid {
		t.Errorf("the probe is %+v, %v", p, err)
	}
	if err := who.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = who.Wait() // killed
	eventually(t, "the probe has ended", func() bool {
		p, err := procfs.Stat(probe)
		return err != nil || !p.Alive()
	})
}
