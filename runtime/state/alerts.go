package state

var alertsDocument = document{name: "alerts.json", version: 1}

// LoadAlerts reads what is remembered of alerts into body, as SaveAlerts was given it. None, and what is damaged (with a
// *DamagedError), leaves body as it is.
func LoadAlerts(stateDir string, body any) error {
	return alertsDocument.load(stateDir, body)
}

// SaveAlerts writes what is to be remembered of alerts.
func SaveAlerts(stateDir string, body any) error {
	return alertsDocument.save(stateDir, body)
}
