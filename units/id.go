package units

import (
	"fmt"
	"strings"
)

// Kind is the block type of a unit.
type Kind string

// The kinds of unit, in the order in which a boot chain usually names them.
const (
	KindDelay      Kind = "delay"
	KindSupervisor Kind = "supervisor"
	KindApp        Kind = "app"
	KindPool       Kind = "pool"
	KindJob        Kind = "job"
	KindPipeline   Kind = "pipeline"
)

// Kinds lists every kind of unit.
var Kinds = []Kind{KindDelay, KindSupervisor, KindApp, KindPool, KindJob, KindPipeline}

// ID names a unit: KIND.NAME, or KIND.NAME["KEY"] for an instance of a for_each.
type ID string

// NewID puts an id together; an empty key means that the unit is no instance.
func NewID(kind Kind, name, key string) ID {
	if key == "" {
		return ID(string(kind) + "." + name)
	}
	return ID(fmt.Sprintf("%s.%s[%q]", kind, name, key))
}

// Kind is the part before the first dot.
func (id ID) Kind() Kind {
	kind, _, _ := strings.Cut(string(id), ".")
	return Kind(kind)
}

// Name is the part after the kind, without an instance's key.
func (id ID) Name() string {
	_, rest, _ := strings.Cut(string(id), ".")
	name, _, _ := strings.Cut(rest, "[")
	return name
}

// Key is the for_each key of an instance, or "".
func (id ID) Key() string {
	_, quoted, found := strings.Cut(string(id), "[\"")
	if !found {
		return ""
	}
	// Keys are [A-Za-z0-9._-]+, so nothing in them was escaped.
	return strings.TrimSuffix(quoted, "\"]")
}

// Base is the id without an instance's key: what all instances of one block share.
func (id ID) Base() ID { return NewID(id.Kind(), id.Name(), "") }
