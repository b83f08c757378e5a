package state

import "encoding/json"

var triggersDocument = document{name: "triggers.json", version: 1}

// LoadTriggers reads what is remembered of the triggers of pipelines, by unit id, as SaveTriggers was given it. None, and
// what is damaged (with a *DamagedError), is empty. It holds beyond the boot of the host.
func LoadTriggers(stateDir string) (map[string]json.RawMessage, error) {
	var triggers map[string]json.RawMessage
	err := triggersDocument.load(stateDir, &triggers)
	return triggers, err
}

// SaveTriggers writes what is to be remembered of triggers.
func SaveTriggers(stateDir string, triggers any) error {
	return triggersDocument.save(stateDir, triggers)
}
