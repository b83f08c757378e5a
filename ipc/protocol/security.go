package protocol

// Security says how much of the account a unit could harm if it were broken into.
type Security struct {
	ID string `json:"id"`
	// Exposure is from 0, nothing, to 10; Level is a word for it: PERFECT, SAFE, OK, MEDIUM, EXPOSED, UNSAFE, DANGEROUS.
	Exposure float64         `json:"exposure"`
	Level    string          `json:"level"`
	Checks   []SecurityCheck `json:"checks"`
}

// SecurityCheck is one question to a unit. Name is an attribute of the unit language where there is one.
type SecurityCheck struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	OK          bool   `json:"ok"`
	Weight      int    `json:"weight"`
	// Badness is from 0 to 10, Exposure the share in that of the unit.
	Badness  int     `json:"badness"`
	Exposure float64 `json:"exposure"`
	// Note says why the unit goes without what its file asks for.
	Note string `json:"note,omitempty"`
}
