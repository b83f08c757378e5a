package state

import (
	"maps"
	"path/filepath"
	"slices"
)

var overridesDocument = document{name: "overrides.json", version: 1}

// Overrides are what people have said beside the unit files.
type Overrides struct {
	// Enabled and Workers, by unit id, hold until the value in the unit files is no longer the Declared
	// one: `enable`, `disable`, `scale`.
	Enabled map[string]EnabledOverride `json:"enabled,omitempty"`
	Workers map[string]WorkersOverride `json:"workers,omitempty"`
	// Maintenance are the ids of pools in maintenance.
	Maintenance []string `json:"maintenance,omitempty"`
	// Vars are the variables given by --var, as written there.
	Vars map[string]string `json:"vars,omitempty"`

	// BootID is the boot that the rest belongs to; it ends with it.
	BootID string `json:"boot_id,omitempty"`
	// Stopped are the ids of units that were stopped by hand and stay so until started.
	Stopped []string `json:"stopped,omitempty"`
	// Shutdown: unitd was ended on purpose, so --ensure starts nothing.
	Shutdown bool `json:"shutdown,omitempty"`
}

// EnabledOverride is what `enable` or `disable` said of a unit.
type EnabledOverride struct {
	Enabled  bool `json:"enabled"`
	Declared bool `json:"declared"` // what the unit files said at that time
}

// WorkersOverride is what `scale` said of a pool.
type WorkersOverride struct {
	Workers  int `json:"workers"`
	Declared int `json:"declared"` // what the unit files said at that time
}

// LoadOverrides reads the overrides in stateDir as they hold in the boot bootID: without what was said
// for an earlier one. None, and damaged ones (with a *DamagedError), are empty.
func LoadOverrides(stateDir, bootID string) (Overrides, error) {
	var o Overrides
	err := overridesDocument.load(stateDir, &o)
	if o.BootID != bootID {
		o.BootID, o.Stopped, o.Shutdown = bootID, nil, false
	}
	return o, err
}

// Save writes the overrides into stateDir.
func (o Overrides) Save(stateDir string) error {
	return overridesDocument.save(stateDir, o)
}

// ShutDown reports that unitd was ended on purpose in the boot bootID. It changes nothing: what is damaged is for the manager
// to find, which says so.
func ShutDown(stateDir, bootID string) bool {
	var o Overrides
	path := filepath.Join(stateDir, overridesDocument.name)
	return look(path, overridesDocument.version, &o) == nil && o.BootID == bootID && o.Shutdown
}

// Clone returns a copy that shares nothing with o.
func (o Overrides) Clone() Overrides {
	o.Enabled, o.Workers, o.Vars = maps.Clone(o.Enabled), maps.Clone(o.Workers), maps.Clone(o.Vars)
	o.Maintenance, o.Stopped = slices.Clone(o.Maintenance), slices.Clone(o.Stopped)
	return o
}
