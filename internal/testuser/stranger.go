package testuser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// variable names the socket at which the run of root, which waits for that of the ordinary user, starts programs as
// somebody else.
const variable = "UNITD_TEST_STRANGER"

// request is a program to run as the stranger; with Shared as a member of the group of the ordinary user.
type request struct {
	Args, Env []string
	Shared    bool
}

// A Result is what a program that ran as the stranger came to.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// ErrNoStranger says that there is nobody else: the tests were not started by root, or nobody is who they run as.
var ErrNoStranger = errors.New("the tests have no other account at hand: start them as root")

// HasStranger reports that AsStranger can run programs.
func HasStranger() bool { return os.Getenv(variable) != "" }

// AsStranger runs a program as the account nobody; with shared as a member of the group that the tests run as. It takes
// programs that every account may execute.
func AsStranger(shared bool, env []string, args ...string) (Result, error) {
	path := os.Getenv(variable)
	if path == "" {
		return Result{}, ErrNoStranger
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return Result{}, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(request{args, env, shared}); err != nil {
		return Result{}, err
	}
	var result Result
	err = json.NewDecoder(conn).Decode(&result)
	return result, err
}

// serveStranger runs programs as nobody for the ordinary user, until the listener is closed; nil where that is nobody.
func serveStranger(home string, account *user.User) (net.Listener, error) {
	other, err := user.Lookup("nobody")
	if err != nil || other.Uid == account.Uid {
		return nil, nil //nolint:nilerr // a host without that account has no stranger
	}
	path := filepath.Join(home, "stranger.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	if err := errors.Join(os.Chown(path, int(uid), -1), os.Chmod(path, 0o600)); err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, other, account)
		}
	}()
	return listener, nil
}

func answer(conn net.Conn, other, account *user.User) {
	defer conn.Close()
	var asked request
	if json.NewDecoder(conn).Decode(&asked) != nil || len(asked.Args) == 0 {
		return
	}
	number := func(text string) uint32 {
		n, _ := strconv.ParseUint(text, 10, 32)
		return uint32(n)
	}
	as := &syscall.Credential{Uid: number(other.Uid), Gid: number(other.Gid)}
	if asked.Shared {
		as.Groups = []uint32{number(account.Gid)}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(asked.Args[0], asked.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = "/", asked.Env, &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	var result Result
	if err := cmd.Run(); err != nil {
		result.Status = -1
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			result.Status = exit.ExitCode()
		} else {
			fmt.Fprintln(&stderr, err)
		}
	}
	result.Stdout, result.Stderr = stdout.String(), strings.TrimSpace(stderr.String())
	_ = json.NewEncoder(conn).Encode(result) // who has gone does not wait for it
}
