package testuser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Name is the account that `make test` creates for the tests when root starts it.
const Name = "unitd-test"

// Main runs the tests of m. Started by root it runs the same binary once more as the user Name (or
// "nobody" where that account is missing), in the same directory and with an own HOME, and returns the
// exit status of that run.
func Main(m *testing.M) int { return run(m, nil) }

// MainInCgroup is Main in a cgroup that is delegated to the ordinary user, where root can make one: with cgroup v2.
func MainInCgroup(m *testing.M) int { return run(m, delegate) }

// run is Main; prepare adds to how the ordinary user is started, and says how to clean up.
func run(m *testing.M, prepare func(*exec.Cmd) (clean func())) int {
	if os.Getuid() != 0 {
		return m.Run()
	}
	status, err := rerun(prepare)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run tests as an ordinary user:", err)
		return 1
	}
	return status
}

func rerun(prepare func(*exec.Cmd) func()) (int, error) {
	account, err := lookup()
	if err != nil {
		return 0, err
	}
	// Numbers of an account in the user database always parse.
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	home, err := os.MkdirTemp("", "unitd-home-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(home)
	if err := os.Chown(home, int(uid), int(gid)); err != nil {
		return 0, err
	}
	stranger, err := serveStranger(home, account)
	if err != nil {
		return 0, err
	}
	// The path of a test binary lies in a directory that only root may search; its inode may be executed.
	cmd := exec.Command("/proc/self/exe", withoutFilesOfRoot(os.Args[1:])...)
	cmd.Args[0] = filepath.Base(os.Args[0])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "HOME="+home, "USER="+account.Username, "LOGNAME="+account.Username)
	if stranger != nil {
		defer stranger.Close()
		cmd.Env = append(cmd.Env, variable+"="+stranger.Addr().String())
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if prepare != nil {
		defer prepare(cmd)()
	}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

func lookup() (*user.User, error) {
	if account, err := user.Lookup(Name); err == nil {
		return account, nil
	}
	return user.Lookup("nobody")
}

// withoutFilesOfRoot drops the flags that name files in the directory of root's `go test`: the test log
// that serves its cache, which the ordinary user could not write.
func withoutFilesOfRoot(args []string) []string {
	var kept []string
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-test.testlogfile=") {
			kept = append(kept, arg)
		}
	}
	return kept
}
