package protocol

import "time"

// EventQuery asks for the Last events of the units (all units and the manager itself when none is named), oldest
// first, and with Follow for what comes after.
type EventQuery struct {
	Units []string `json:"units,omitempty"`
	Last  int      `json:"last"`
	// Since leaves out what is older.
	Since  time.Time `json:"since,omitzero"`
	Follow bool      `json:"follow,omitempty"`
}

// MaxEvents is the most that EventQuery.Last may ask for. The manager keeps some 20,000 to 60,000, by their size.
const MaxEvents = 100_000

// Event is one change of state of a unit or a worker, and why it came; or, with What, something about the manager
// itself.
type Event struct {
	At     time.Time `json:"at"`
	Unit   string    `json:"unit,omitempty"`
	Worker int       `json:"worker,omitempty"`
	// From and To are the same where only the health checks say something else.
	From *State `json:"from,omitempty"`
	To   *State `json:"to,omitempty"`
	What string `json:"what,omitempty"`
	// Ended is the reason, one of units.Reason, for which a run ended with this event. Reason is why in words.
	Ended        string `json:"ended,omitempty"`
	Reason       string `json:"reason,omitempty"`
	InvocationID string `json:"invocation_id,omitempty"`
	// PID is that of the main process, the one that has ended included.
	PID int `json:"pid,omitempty"`
}

// State is a pair of systemd's ActiveState and SubState.
type State struct {
	Active string `json:"active"`
	Sub    string `json:"sub"`
}
