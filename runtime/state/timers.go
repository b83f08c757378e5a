package state

import (
	"encoding/json"
	"path/filepath"
)

const (
	timersName    = "timers.json"
	timersVersion = 1
)

// LoadTimers reads what is remembered of jobs, by unit id, as SaveTimers was given it. None, and what is damaged (with a
// *DamagedError), is empty. Other than a record it holds beyond the boot of the host.
func LoadTimers(stateDir string) (map[string]json.RawMessage, error) {
	var timers map[string]json.RawMessage
	err := loadIfThere(filepath.Join(stateDir, timersName), timersVersion, &timers)
	return timers, err
}

// SaveTimers writes what is to be remembered of jobs.
func SaveTimers(stateDir string, timers any) error {
	return Save(filepath.Join(stateDir, timersName), timersVersion, timers)
}
