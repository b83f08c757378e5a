package units

import (
	"io/fs"
	"time"
)

// Host is what loading may know and read of the machine and the account, beside the unit files themselves.
type Host interface {
	// CPUs is the number of whole CPUs that this account may use, at least 1; Memory the bytes it may use.
	CPUs() int
	// AllowedCPUs are the numbers of the CPUs that it may run on, in ascending order.
	AllowedCPUs() []int
	Memory() int64
	Hostname() string
	Account() Account
	Paths() Paths
	// Getenv reads the manager's own environment.
	Getenv(name string) (value string, ok bool)
	// ReadFile reads a file of at most 1 MiB, for file().
	ReadFile(path string) ([]byte, error)
	// ReadSecret reads a regular file of the user with no rights for others, for secret() and env_file;
	// what is checked is the file that was opened. The error says what is wrong with it.
	ReadSecret(path string) ([]byte, error)
	// CheckGroup says why this account cannot give a file to a group, by name or number: there is none, or the account
	// is no member.
	CheckGroup(name string) error
	// Location is the time zone of a name of the tz database; "" is that of the manager.
	Location(name string) (*time.Location, error)
	// Stat follows symbolic links.
	Stat(path string) (fs.FileInfo, error)
	// Resolve returns the path of a file without symbolic links.
	Resolve(path string) (string, error)
	// Digest returns a keyed digest of a sensitive value, stable as long as the state directory lives.
	Digest(value string) string
}

// Account is the user that everything runs as.
type Account struct {
	Name     string
	UID, GID int
	Home     string
}

// Paths are the manager's absolute directories.
type Paths struct {
	Units, Runtime, State, Log string
}
