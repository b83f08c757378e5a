package state

import "path/filepath"

const (
	alertsName    = "alerts.json"
	alertsVersion = 1
)

// LoadAlerts reads what is remembered of alerts into body, as SaveAlerts was given it. None, and what is damaged (with a
// *DamagedError), leaves body as it is.
func LoadAlerts(stateDir string, body any) error {
	return loadIfThere(filepath.Join(stateDir, alertsName), alertsVersion, body)
}

// SaveAlerts writes what is to be remembered of alerts.
func SaveAlerts(stateDir string, body any) error {
	return Save(filepath.Join(stateDir, alertsName), alertsVersion, body)
}
