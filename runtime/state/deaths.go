package state

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// The deaths of managers that nobody asked for are one line each in a file. It is written before anything else is done, since
// what is done next may be what the last one died of; nothing of it is forced to the disk.
const (
	deathsName   = "deaths.log"
	deathsLimit  = 16 << 10 // bytes at which older lines are forgotten
	deathsMemory = 32       // lines that stay
)

// Death is the end of a manager that nobody asked for, as the next one has found it.
type Death struct {
	At   time.Time     `json:"at"`
	Up   time.Duration `json:"up"` // time since the boot of the host
	Boot string        `json:"boot_id"`
}

// AddDeath notes a death.
func AddDeath(stateDir string, d Death) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("note that the manager has died: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(stateDir, deathsName), os.O_WRONLY|os.O_CREATE|os.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return fmt.Errorf("note that the manager has died: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > deathsLimit {
		shortenDeaths(file)
	}
	if _, err := file.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("note that the manager has died: %w", err)
	}
	return nil
}

// shortenDeaths keeps the last lines. Who dies in between has forgotten deaths, which costs nothing but a pause.
func shortenDeaths(file *os.File) {
	content, err := os.ReadFile(file.Name())
	if err != nil || file.Truncate(0) != nil {
		return
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	_, _ = file.Write(bytes.Join(lines[max(0, len(lines)-deathsMemory):], nil)) // see above
}

// Deaths lists the deaths in this boot of the host, the latest last. Lines that cannot be read are none.
func Deaths(stateDir, bootID string) []Death {
	file, err := os.OpenFile(filepath.Join(stateDir, deathsName), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer file.Close()
	var deaths []Death
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var d Death
		if json.Unmarshal(lines.Bytes(), &d) == nil && d.Boot == bootID {
			deaths = append(deaths, d)
		}
	}
	return deaths
}
