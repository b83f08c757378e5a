package process

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	"unitd/internal/script"
)

// openInterpreter makes the embedded interpreter executable and tries it once. A sealed memfd comes first: it
// needs no disk, no mount that allows exec, and nobody can change it. Where the host forbids to execute one
// (vm.memfd_noexec, a container's seccomp filter), it is a file in the runtime directory.
func openInterpreter(runtimeDir string) (file *os.File, tried trial, err error) {
	file, memfdErr := interpreterInMemory()
	if memfdErr == nil {
		if tried, memfdErr = try(file); memfdErr == nil {
			return file, tried, nil
		}
		file.Close()
	}
	if file, err = interpreterInFile(runtimeDir); err == nil {
		if tried, err = try(file); err == nil {
			return file, tried, nil
		}
		file.Close()
	}
	return nil, tried, fmt.Errorf("start the spawn interpreter: %w (and from memory: %w)", err, memfdErr)
}

func interpreterInMemory() (*os.File, error) {
	n, err := memfd(initName, interpreter, unix.MFD_EXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(n), initName)
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(fd(file), unix.F_ADD_SEALS, seals); err != nil {
		file.Close()
		return nil, fmt.Errorf("seal memfd: %w", err)
	}
	return file, nil
}

// interpreterInFile writes the interpreter under a name that depends on its contents: an older one may be
// running and must not be written to.
func interpreterInFile(runtimeDir string) (*os.File, error) {
	sum := sha256.Sum256(interpreter)
	path := filepath.Join(runtimeDir, fmt.Sprintf("%s-%x", initName, sum[:6]))
	if found, err := os.ReadFile(path); err != nil || !bytes.Equal(found, interpreter) {
		fresh, err := os.CreateTemp(runtimeDir, initName+"-*.tmp")
		if err != nil {
			return nil, err
		}
		_, err = fresh.Write(interpreter)
		err = errors.Join(err, fresh.Chmod(0o500), fresh.Close())
		if err == nil {
			err = os.Rename(fresh.Name(), path)
		}
		if err != nil {
			os.Remove(fresh.Name())
			return nil, err
		}
	}
	return os.Open(path)
}

// trial is what a first process shows.
type trial struct {
	// hides reports that a process that is not dumpable cannot be seen in /proc, as on hosts that mount it with the option
	// hidepid (proc(5)).
	hides bool
	// openFiles is the limit that this process was started with. The Go runtime raises its own, and gives back what it was
	// to children that package syscall starts, which inits are not.
	openFiles Rlimit
}

// try has a first process run, which shows what there is to see of it while it has stopped.
func try(interpreter *os.File) (tried trial, err error) {
	// The probe ends with the thread that has forked it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	probe, err := startProbe(interpreter)
	if err != nil {
		return tried, err
	}
	got, err := wait(probe)
	if err == nil && got.Stopped() {
		_, unseen := procfs.Stat(probe)
		tried.hides = unseen != nil
		var limit unix.Rlimit
		err = unix.Prlimit(probe, unix.RLIMIT_NOFILE, nil, &limit)
		tried.openFiles = Rlimit{Resource: unix.RLIMIT_NOFILE, Soft: limit.Cur, Hard: limit.Max}
		_ = unix.Kill(probe, unix.SIGCONT) // it is there until it is waited for
		var failed error
		got, failed = wait(probe)
		err = errors.Join(err, failed)
	}
	if err == nil && got.ExitStatus() != probeStatus {
		err = fmt.Errorf("its probe ended with %s", ExitStatus(got))
	}
	return tried, err
}

// probeStatus is one that nothing but the end of the probe's script gives.
const probeStatus = 42

// startProbe starts the interpreter with a script that only stops and exits. Whoever is killed while it has stopped would
// leave it so for ever: it is killed with the thread that calls this (PR_SET_PDEATHSIG(2const)).
func startProbe(interpreter *os.File) (pid int, err error) {
	var c compiler
	c.prctl("hide its memory", "PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE, script.Number(0))
	self := c.Do("get its pid", "getpid", unix.SYS_GETPID)
	c.Do("stop", "kill", unix.SYS_KILL, script.Result(self), script.Named("SIGSTOP", int(unix.SIGSTOP)))
	c.Do("exit", "exit_group", unix.SYS_EXIT_GROUP, script.Number(probeStatus))
	content, err := memfd("script", c.Bytes(), unix.MFD_NOEXEC_SEAL)
	if err != nil {
		return 0, err
	}
	defer closeFD(content)
	return syscall.ForkExec("/proc/self/fd/1", []string{initName, "probe"}, &syscall.ProcAttr{
		Files: []uintptr{uintptr(content), fd(interpreter)}, Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
}

// wait waits for a child to end or stop.
func wait(pid int) (syscall.WaitStatus, error) {
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, unix.WALL|unix.WUNTRACED, nil)
		if !errors.Is(err, syscall.EINTR) {
			return status, err
		}
	}
}

// memfd makes an anonymous file with this content.
func memfd(name string, content []byte, flags int) (fd int, err error) {
	fd, err = unix.MemfdCreate(name, flags|unix.MFD_CLOEXEC)
	if errors.Is(err, unix.EINVAL) {
		// Before Linux 6.3 there was no choice: every memfd could be executed.
		fd, err = unix.MemfdCreate(name, flags&^(unix.MFD_EXEC|unix.MFD_NOEXEC_SEAL)|unix.MFD_CLOEXEC)
	}
	if err != nil {
		return 0, fmt.Errorf("create memfd: %w", err)
	}
	for len(content) > 0 {
		n, err := unix.Write(fd, content)
		if err != nil && !errors.Is(err, unix.EINTR) {
			closeFD(fd)
			return 0, fmt.Errorf("write memfd: %w", err)
		}
		content = content[max(n, 0):]
	}
	return fd, nil
}

// fd is the number of an open file, without the side effect that File.Fd has on its mode. The caller keeps the
// file open while the number is in use.
func fd(file *os.File) uintptr {
	var n uintptr
	if conn, err := file.SyscallConn(); err == nil {
		if conn.Control(func(fd uintptr) { n = fd }) == nil {
			return n
		}
	}
	return ^uintptr(0)
}
