package state

import (
	"encoding/json"
	"path/filepath"
)

const (
	triggersName    = "triggers.json"
	triggersVersion = 1
)

// LoadTriggers reads what is remembered of the triggers of pipelines, by unit id, as SaveTriggers was given it. None, and
// what is damaged (with a *DamagedError), is empty. It holds beyond the boot of the host.
func LoadTriggers(stateDir string) (map[string]json.RawMessage, error) {
	var triggers map[string]json.RawMessage
	err := loadIfThere(filepath.Join(stateDir, triggersName), triggersVersion, &triggers)
	return triggers, err
}

// SaveTriggers writes what is to be remembered of triggers.
func SaveTriggers(stateDir string, triggers any) error {
	return Save(filepath.Join(stateDir, triggersName), triggersVersion, triggers)
}
