// Package dirs answers for where unitd and unitctl find the unit files, the state and the sockets: the
// same answer for both programs, from flags, then the environment, then defaults below the home directory.
// XDG variables are not read: cron has none and a login may, yet both must meet at the same socket.
// It creates and checks nothing.
package dirs

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// Dirs are absolute directories.
type Dirs struct {
	Home    string
	Units   string
	State   string
	Runtime string
}

// Flags are the values of --units, --state-dir and --runtime-dir; "" where a flag is not given.
type Flags struct{ Units, State, Runtime string }

// The environment variables that stand in for a flag that is not given.
const (
	EnvUnits   = "UNITD_UNITS"
	EnvState   = "UNITD_STATE_DIR"
	EnvRuntime = "UNITD_RUNTIME_DIR"
)

// maxSocketPath is what sockaddr_un holds beside the closing NUL (unix(7)).
const maxSocketPath = 107

// Resolve finds the directories. Relative ones count from the working directory, "~/" from the home
// directory, which is $HOME or that of the user database.
func Resolve(flags Flags, getenv func(string) string) (Dirs, error) {
	home := getenv("HOME")
	if home == "" {
		account, err := user.Current()
		if err != nil {
			return Dirs{}, fmt.Errorf("find the home directory: HOME is not set, and the user database does not know uid %d: set HOME", os.Getuid())
		}
		home = account.HomeDir
	}
	d := Dirs{Home: home}
	var err error
	if d.Units, err = pick(home, filepath.Join(home, ".config/unitd/units"), flags.Units, getenv(EnvUnits)); err != nil {
		return Dirs{}, err
	}
	if d.State, err = pick(home, filepath.Join(home, ".local/state/unitd"), flags.State, getenv(EnvState)); err != nil {
		return Dirs{}, err
	}
	if d.Runtime, err = pick(home, filepath.Join(d.State, "run"), flags.Runtime, getenv(EnvRuntime)); err != nil {
		return Dirs{}, err
	}
	return d, nil
}

// pick takes the first of given that is not empty, else fallback.
func pick(home, fallback string, given ...string) (string, error) {
	dir := fallback
	for _, value := range given {
		if value != "" {
			dir = value
			break
		}
	}
	if dir == "~" || strings.HasPrefix(dir, "~/") {
		dir = home + dir[1:]
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find directory %s: %w", dir, err)
	}
	return absolute, nil
}

// Log is the directory of the logs.
func (d Dirs) Log() string { return filepath.Join(d.State, "log") }

// ControlSocket is the path of the control socket, NotifySocket that of the notify socket.
func (d Dirs) ControlSocket() string { return filepath.Join(d.Runtime, "control.sock") }

// NotifySocket is the path of the socket that NOTIFY_SOCKET names.
func (d Dirs) NotifySocket() string { return filepath.Join(d.Runtime, "notify.sock") }

// CheckSockets says whether the paths of the sockets fit into a socket address.
func (d Dirs) CheckSockets() error {
	for _, path := range []string{d.ControlSocket(), d.NotifySocket()} {
		if len(path) > maxSocketPath {
			return fmt.Errorf("use socket %s: the path is %d bytes long and a Unix socket holds %d: give a shorter --runtime-dir or %s",
				path, len(path), maxSocketPath, EnvRuntime)
		}
	}
	return nil
}

// Arguments are the flags that name the directories where they differ from the defaults, as a command
// line for a person to repeat.
func (d Dirs) Arguments() []string {
	var args []string
	add := func(flag, value, fallback string) {
		if value != fallback {
			args = append(args, flag, value)
		}
	}
	add("--units", d.Units, filepath.Join(d.Home, ".config/unitd/units"))
	add("--state-dir", d.State, filepath.Join(d.Home, ".local/state/unitd"))
	add("--runtime-dir", d.Runtime, filepath.Join(d.State, "run"))
	return args
}

// Short writes a path below the home directory with "~", as people do.
func (d Dirs) Short(path string) string {
	if path == d.Home {
		return "~"
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(d.Home, "/")+"/"); ok {
		return "~/" + rest
	}
	return path
}
