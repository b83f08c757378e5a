package state

import "encoding/json"

var timersDocument = document{name: "timers.json", version: 1}

// LoadTimers reads what is remembered of jobs, by unit id, as SaveTimers was given it. None, and what is damaged (with a
// *DamagedError), is empty. Other than a record it holds beyond the boot of the host.
func LoadTimers(stateDir string) (map[string]json.RawMessage, error) {
	var timers map[string]json.RawMessage
	err := timersDocument.load(stateDir, &timers)
	return timers, err
}

// SaveTimers writes what is to be remembered of jobs.
func SaveTimers(stateDir string, timers any) error {
	return timersDocument.save(stateDir, timers)
}
