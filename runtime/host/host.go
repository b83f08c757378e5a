package host

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"unitd/runtime/meter"
	"unitd/units"
)

// Host is this machine as this account sees it. It is safe for several goroutines.
type Host struct {
	paths   units.Paths
	account units.Account
	name    string
	cpus    int
	allowed []int // CPUs
	memory  int64
	key     []byte
}

var _ units.Host = (*Host)(nil)

// New looks at the machine for a manager with these absolute directories. The state directory has to exist:
// the key of Digest is kept there, so that digests stay the same from one manager to the next.
func New(paths units.Paths) (*Host, error) {
	return newHost(paths, loadKey(paths.State))
}

// Ephemeral looks at the machine for a check without a manager: nothing is written, and digests mean nothing
// beyond this process.
func Ephemeral(paths units.Paths) (*Host, error) { return newHost(paths, randomKey()) }

func newHost(paths units.Paths, key []byte) (*Host, error) {
	account, err := currentAccount(os.Getenv("HOME"))
	if err != nil {
		return nil, err
	}
	name, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read the host's name: %w", err)
	}
	return &Host{
		paths: paths, account: account, name: name, key: key,
		cpus: meter.CPUs(), allowed: meter.AllowedCPUs(), memory: meter.MemoryTotal(),
	}, nil
}

// currentAccount is the account of this process. $HOME wins over the user database, and an account that the
// database does not have (in a container, for one) is named by its number.
func currentAccount(home string) (units.Account, error) {
	account := units.Account{UID: os.Getuid(), GID: os.Getgid(), Home: home}
	known, err := user.LookupId(strconv.Itoa(account.UID))
	switch {
	case err == nil:
		account.Name = known.Username
		if account.Home == "" {
			account.Home = known.HomeDir
		}
	case home == "":
		return account, fmt.Errorf("find the home directory: HOME is not set, and the user database does not know uid %d: set HOME", account.UID)
	default:
		account.Name = strconv.Itoa(account.UID)
	}
	return account, nil
}

// CPUs is the number of whole CPUs that this account may use, at least 1.
func (h *Host) CPUs() int { return h.cpus }

// AllowedCPUs are the numbers of the CPUs that this account may run on.
func (h *Host) AllowedCPUs() []int { return h.allowed }

// Memory is the number of bytes of memory that this account may use.
func (h *Host) Memory() int64 { return h.memory }

// Hostname is the host's name.
func (h *Host) Hostname() string { return h.name }

// Account is the user that everything runs as.
func (h *Host) Account() units.Account { return h.account }

// Paths are the manager's directories.
func (h *Host) Paths() units.Paths { return h.paths }

// Getenv reads this process's environment.
func (h *Host) Getenv(name string) (string, bool) { return os.LookupEnv(name) }

// Stat looks at a file, through symbolic links.
func (h *Host) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// Resolve is the path of a file without symbolic links.
func (h *Host) Resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }
